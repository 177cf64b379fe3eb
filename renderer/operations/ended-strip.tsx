import { Button, CloseButton, Modal } from '@mantine/core';
import { useDisclosure, useTimeout } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleCheck, IconPlayerStop } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RpcError } from '../../provisioning/contract/index.ts';
import { ErrorPanel } from '../errors/error-panel.tsx';
import { useFormat } from '../i18n/use-format.ts';
import type { EndedOperation } from '../state/lab-view.ts';
import { testIds } from '../test-ids.ts';
import { useOperationTitle } from './operation-title.ts';
import classes from './operations.module.css';

/** How long good news stay, in ms. Bad news stay until they are dismissed. */
const goodNewsMs = 6000;

type Outcome = 'done' | 'failed' | 'cancelled';

function outcomeOf(error: RpcError | undefined): Outcome {
  if (error === undefined) return 'done';
  return error.code === 'CANCELLED' ? 'cancelled' : 'failed';
}

export function EndedStrip({ ended }: { readonly ended: EndedOperation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { operation, error, at } = ended;
  const title = useOperationTitle()(operation);
  const outcome = outcomeOf(error);
  // Who comes back to the lab later need not read of what went well long ago.
  const [dismissed, setDismissed] = useState(() => outcome !== 'failed' && Date.now() - at > goodNewsMs);
  useTimeout(() => setDismissed((before) => before || outcome !== 'failed'), goodNewsMs, { autoInvoke: true });
  if (dismissed) return null;
  const time = format.elapsed(at - operation.startedAt);
  return (
    <div
      className={classes['strip']}
      role={outcome === 'failed' ? 'alert' : 'status'}
      data-testid={testIds.operation}
      data-kind={operation.kind}
      data-state={outcome}
    >
      <div className={classes['line']}>
        <OutcomeIcon outcome={outcome} />
        <span className={classes['title']}>{title}</span>
        <span className={classes['facts']}>{t(`operation.${outcome}`, { time })}</span>
        <span className={classes['bar']} />
        {outcome === 'failed' && error !== undefined ? <Details error={error} title={title} /> : null}
        <CloseButton size="sm" aria-label={t('operation.dismiss')} onClick={() => setDismissed(true)} />
      </div>
    </div>
  );
}

function OutcomeIcon({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome) {
    case 'done':
      return <IconCircleCheck size="1.15rem" color="var(--relevo-good)" aria-hidden />;
    case 'failed':
      return <IconAlertTriangle size="1.15rem" color="var(--relevo-bad)" aria-hidden />;
    case 'cancelled':
      return <IconPlayerStop size="1.15rem" color="var(--mantine-color-dimmed)" aria-hidden />;
  }
}

function Details({ error, title }: { readonly error: RpcError; readonly title: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="compact-sm" variant="light" color="red" onClick={open} data-testid={testIds.operationDetails}>
        {t('operation.details')}
      </Button>
      <Modal opened={opened} onClose={close} size="lg" centered withCloseButton={false} padding={0} aria-label={title}>
        <ErrorPanel
          error={error}
          actions={
            <Button onClick={close} data-autofocus>
              {t('errors.close')}
            </Button>
          }
        />
      </Modal>
    </>
  );
}
