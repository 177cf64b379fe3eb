import { Button, Group, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DrillReport } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import { reportModel } from './chart-model.ts';
import { download } from './download.ts';
import classes from './drill.module.css';
import { DrillChart } from './drill-chart.tsx';
import { DrillEventTable } from './drill-event-table.tsx';
import { reportFileName, reportToCsv, reportToJson } from './export.ts';
import { OutageNumbers } from './outage-numbers.tsx';
import { TheoryPanel } from './theory-panel.tsx';

export function ReportView({ report }: { readonly report: DrillReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const model = useMemo(() => reportModel(report), [report]);
  return (
    <div className={classes['page']} data-testid={testIds.drillReport} data-report={report.id}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h4">
          {t('drill.report', { date: format.dateTime(report.startedAt) })}
        </Title>
        <ExportButtons report={report} />
      </Group>
      <div className={classes['results']}>
        <OutageNumbers services={report.services} faultAt={report.faultAt} />
        <TheoryPanel report={report} />
      </div>
      <DrillChart model={model} />
      <DrillEventTable report={report} />
    </div>
  );
}

function ExportButtons({ report }: { readonly report: DrillReport }) {
  const { t } = useTranslation();
  const icon = <IconDownload size="1rem" />;
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="xs"
        variant="default"
        leftSection={icon}
        onClick={() => download(reportFileName(report, 'json'), 'application/json', reportToJson(report))}
      >
        {t('drill.exportJson')}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={icon}
        onClick={() => download(reportFileName(report, 'csv'), 'text/csv', reportToCsv(report))}
      >
        {t('drill.exportCsv')}
      </Button>
    </Group>
  );
}
