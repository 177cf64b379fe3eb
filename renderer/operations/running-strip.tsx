import { Button, Loader, Progress } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '../../provisioning/contract/index.ts';
import { usePending, useServices } from '../app/services.ts';
import { useNow } from '../app/use-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import { OperationLanes } from './operation-lanes.tsx';
import { operationProgress } from './operation-progress.ts';
import { useOperationTitle } from './operation-title.ts';
import classes from './operations.module.css';

export function RunningStrip({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(500);
  const title = useOperationTitle()(operation);
  const [open, setOpen] = useLocalStorage({ key: 'relevo.steps', defaultValue: true, getInitialValueInEffect: false });
  const progress = operationProgress(operation);
  const { done, total, fraction, lanes } = progress;
  return (
    <section
      className={classes['strip']}
      aria-label={t('operation.region', { title })}
      data-region
      tabIndex={-1}
      data-testid={testIds.operation}
      data-kind={operation.kind}
      data-state="running"
    >
      <div className={classes['line']}>
        <Loader size="1rem" aria-hidden />
        <h2 className={classes['title']}>{title}</h2>
        <span className={classes['facts']}>
          {total === 0 ? '' : `${t('operation.steps', { done, total })} · `}
          {format.elapsed(now - operation.startedAt)}
        </span>
        <Progress className={classes['bar'] ?? ''} value={fraction * 100} size="sm" aria-label={title} />
        {lanes.length === 0 ? null : (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-expanded={open}
            rightSection={open ? <IconChevronUp size="0.9rem" /> : <IconChevronDown size="0.9rem" />}
            onClick={() => setOpen(!open)}
          >
            {t(open ? 'operation.hideSteps' : 'operation.showSteps')}
          </Button>
        )}
        {operation.cancellable ? <CancelButton operation={operation.id} /> : null}
      </div>
      {open ? <OperationLanes lanes={lanes} now={now} /> : null}
    </section>
  );
}

function CancelButton({ operation }: { readonly operation: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const cancelling = usePending(pendingName('operation.cancel', operation));
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconX size="0.9rem" />}
      disabled={cancelling}
      onClick={() => commands.cancel(operation)}
      data-testid={testIds.cancelOperation}
    >
      {t(cancelling ? 'starting.cancelling' : 'starting.cancel')}
    </Button>
  );
}
