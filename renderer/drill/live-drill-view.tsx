import { Badge, Button, Group, Loader, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '../../provisioning/contract/index.ts';
import { useLab, usePending, useServices } from '../app/services.ts';
import { useNow } from '../app/use-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import type { ChartModel } from './chart-model.ts';
import { liveModel } from './chart-model.ts';
import classes from './drill.module.css';
import { DrillChart } from './drill-chart.tsx';

/** The drill as it runs: its phase, each service's outage so far, and the chart as it grows. */
export function LiveDrillView({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const drill = useLab(lab, (view) => view.drill);
  const operation = useLab(lab, (view) => (view.operation?.kind === 'drill' ? view.operation : undefined));
  const now = useNow(100);
  const started = drill?.running === true;
  const model = started ? liveModel(drill, now) : undefined;
  return (
    <div className={classes['page']} data-testid={testIds.drillLive} data-phase={drill?.phase}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="sm" wrap="nowrap">
          <Loader size="sm" />
          <div>
            <Title order={2} size="h4">
              {t('drill.running')}
            </Title>
            <Text size="sm" c="dimmed" role="status">
              {started && drill.phase !== undefined ? t(`drill.phase.${drill.phase}`) : t('drill.preparing')}
            </Text>
          </div>
        </Group>
        {operation?.cancellable === true ? <StopDrillButton operation={operation} /> : null}
      </Group>
      {model === undefined ? null : (
        <>
          <LiveOutages model={model} />
          <DrillChart model={model} />
        </>
      )}
    </div>
  );
}

function StopDrillButton({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const cancelling = usePending(pendingName('operation.cancel', operation.id));
  return (
    <Button
      variant="default"
      leftSection={<IconX size="1rem" />}
      disabled={cancelling}
      onClick={() => commands.cancel(operation.id)}
      data-testid={testIds.cancelOperation}
    >
      {t(cancelling ? 'starting.cancelling' : 'drill.stop')}
    </Button>
  );
}

function LiveOutages({ model }: { readonly model: ChartModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Group gap="sm">
      {model.lanes.map(({ target, samples, outage }) => (
        <Badge
          key={target}
          size="lg"
          radius="sm"
          tt="none"
          variant="light"
          color={outage === undefined ? 'green' : outage.to >= model.to ? 'red' : 'yellow'}
        >
          {target}: {outage === undefined ? t('drill.noOutage') : format.duration(outage.to - outage.from)} ·{' '}
          {t('drill.failedRequests', { failed: samples.filter(({ ok }) => !ok).length, total: samples.length })}
        </Badge>
      ))}
    </Group>
  );
}
