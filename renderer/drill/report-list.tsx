import { NavLink, ScrollArea, Skeleton, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DrillSummary } from '../../provisioning/contract/index.ts';
import { writeRoute } from '../app/route.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './drill.module.css';

interface Props {
  readonly lab: string;
  readonly reports: readonly DrillSummary[] | undefined;
  readonly shown: string | undefined;
}

export function ReportList({ lab, reports, shown }: Props) {
  const { t } = useTranslation();
  return (
    <nav className={classes['list']} aria-label={t('drill.reports')}>
      <Title order={2} size="h6" px="sm" py="xs">
        {t('drill.reports')}
      </Title>
      <ScrollArea flex={1}>
        {reports === undefined ? <Skeleton height="2.5rem" m="sm" w="auto" /> : null}
        {reports?.length === 0 ? (
          <Text size="sm" c="dimmed" px="sm">
            {t('drill.noReports')}
          </Text>
        ) : null}
        {reports?.map((report) => (
          <ReportLink key={report.id} lab={lab} report={report} active={report.id === shown} />
        ))}
      </ScrollArea>
    </nav>
  );
}

function ReportLink({ lab, report, active }: { lab: string; report: DrillSummary; active: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outages = report.services.flatMap(({ outageMs }) => outageMs ?? []);
  const text =
    outages.length === 0 ? t('drill.noOutage') : `${t('drill.outage')}: ${format.duration(Math.max(...outages))}`;
  return (
    <NavLink
      href={writeRoute({ screen: 'lab', lab, section: 'drills', report: report.id })}
      active={active}
      label={format.dateTime(report.startedAt)}
      description={text}
    />
  );
}
