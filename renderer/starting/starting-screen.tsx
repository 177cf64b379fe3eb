import { Button, Group, Loader, Paper, Progress, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '../../provisioning/contract/index.ts';
import { useServices, usePending } from '../app/services.ts';
import { useNow } from '../app/use-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import type { StartProgress } from './progress.ts';
import { startProgress } from './progress.ts';
import { NodeStepTable } from './node-step-table.tsx';
import { StepLine } from './step-line.tsx';
import classes from './starting.module.css';

interface Props {
  readonly lab: string;
  readonly operation: Operation | undefined;
  readonly startedAt: number;
}

/** A lab that is coming up: how far each node is, for how long already, and what it waits for. */
export function StartingScreen({ lab, operation, startedAt }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(200);
  const progress = operation === undefined ? undefined : startProgress(operation);
  return (
    <ScrollArea h="100%">
      <Stack className={classes['page']} gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className={classes['heading']}>
            <Title order={1} size="h2" className={classes['title']}>
              {t('starting.title', { lab })}
            </Title>
            <Text c="dimmed" aria-live="off">
              {t('starting.elapsed', { time: format.duration(Math.max(0, now - startedAt)) })}
              {progress === undefined
                ? ''
                : ` · ${t('starting.progress', { done: progress.done, total: progress.total })}`}
            </Text>
          </div>
          {operation?.cancellable === true ? <CancelButton operation={operation.id} /> : null}
        </Group>
        <Progress value={(progress?.fraction ?? 0) * 100} size="sm" aria-label={t('starting.title', { lab })} />
        {progress === undefined || progress.total === 0 ? <Preparing /> : <Steps progress={progress} now={now} />}
      </Stack>
    </ScrollArea>
  );
}

function Preparing() {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      <Loader size="sm" />
      <Text size="sm">{t('starting.preparing')}</Text>
    </Group>
  );
}

function CancelButton({ operation }: { readonly operation: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const cancelling = usePending(pendingName('operation.cancel', operation));
  return (
    <Button
      variant="default"
      leftSection={<IconX size="1rem" />}
      disabled={cancelling}
      onClick={() => commands.cancel(operation)}
      data-testid={testIds.cancelOperation}
    >
      {t(cancelling ? 'starting.cancelling' : 'starting.cancel')}
    </Button>
  );
}

function Steps({ progress, now }: { readonly progress: StartProgress; readonly now: number }) {
  const { t } = useTranslation();
  return (
    <>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb="xs">
          {t('starting.shared')}
        </Title>
        {progress.shared.map((step) => (
          <StepLine key={step.step.id} shown={step} now={now} />
        ))}
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb="xs">
          {t('starting.nodes')}
        </Title>
        <NodeStepTable nodes={progress.nodes} now={now} />
      </Paper>
    </>
  );
}
