import { Center, EmptyState, Loader } from '@mantine/core';
import { IconStopwatch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLab, usePending } from '../app/services.ts';
import { ErrorPanel } from '../errors/error-panel.tsx';
import { pendingName } from '../state/commands.ts';
import classes from './drill.module.css';
import { LiveDrillView } from './live-drill-view.tsx';
import { ReportList } from './report-list.tsx';
import { ReportView } from './report-view.tsx';
import { useReport, useReports } from './use-reports.ts';

interface Props {
  readonly lab: string;
  readonly report: string | undefined;
}

/** The drills of a lab: the one that runs, or a report, beside the list of earlier ones. */
export function DrillSection({ lab, report }: Props) {
  const reports = useReports(lab);
  const running = useLab(lab, (view) => view.drill?.running === true);
  const pending = usePending(pendingName('drill.run', lab));
  const live = running || pending;
  const shown = report ?? reports?.[0]?.id;
  return (
    <div className={classes['section']} data-region tabIndex={-1}>
      <ReportList lab={lab} reports={reports} shown={live ? undefined : shown} />
      <div className={classes['main']}>
        <Main lab={lab} live={live} shown={shown} loading={reports === undefined} />
      </div>
    </div>
  );
}

interface MainProps {
  readonly lab: string;
  readonly live: boolean;
  readonly shown: string | undefined;
  readonly loading: boolean;
}

function Main({ lab, live, shown, loading }: MainProps) {
  const { t } = useTranslation();
  const error = useLab(lab, (view) => (view.drill?.running === false ? view.drill.error : undefined));
  if (live) return <LiveDrillView lab={lab} />;
  if (shown !== undefined) return <Report key={shown} lab={lab} id={shown} />;
  if (loading) {
    return (
      <Center h="100%">
        <Loader aria-label={t('app.loading')} />
      </Center>
    );
  }
  if (error !== undefined) return <ErrorPanel error={error} />;
  return (
    <Center h="100%">
      <EmptyState
        icon={<IconStopwatch size="2.5rem" />}
        title={t('drill.noReports')}
        description={t('drill.noReportsHint')}
        maw="32rem"
      />
    </Center>
  );
}

function Report({ lab, id }: { readonly lab: string; readonly id: string }) {
  const { t } = useTranslation();
  const state = useReport(lab, id);
  if (state.kind === 'failed') return <ErrorPanel error={state.error} />;
  if (state.kind === 'loaded') return <ReportView report={state.report} />;
  return (
    <Center h="100%">
      <Loader aria-label={t('drill.loadingReport')} />
    </Center>
  );
}
