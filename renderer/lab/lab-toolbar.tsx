import { Badge, Group, SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { goTo } from '../app/route.ts';
import { useLab } from '../app/services.ts';
import { DrillButton } from '../drill/drill-button.tsx';
import { LabMenu } from '../lifecycle/lab-menu.tsx';
import { holdingOf } from '../state/roles.ts';
import { testIds } from '../test-ids.ts';
import classes from './lab.module.css';
import { KillMasterButton, StartMasterButton } from './master-buttons.tsx';
import { phaseColors } from './phase.ts';
import { StopLabButton } from './stop-lab-button.tsx';

interface Props {
  readonly lab: string;
  readonly section: 'overview' | 'drills';
}

export function LabToolbar({ lab, section }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes['toolbar']} role="toolbar" aria-label={lab} data-region tabIndex={-1}>
      <Identity lab={lab} />
      <SegmentedControl
        size="sm"
        aria-label={t('lab.sections')}
        data-testid={testIds.sections}
        value={section}
        onChange={(value) => goTo({ screen: 'lab', lab, section: value === 'drills' ? 'drills' : 'overview' })}
        data={[
          { value: 'overview', label: t('lab.overview') },
          { value: 'drills', label: t('lab.drills') },
        ]}
      />
      <KillMasterButton lab={lab} />
      <StartMasterButton lab={lab} />
      <DrillButton lab={lab} />
      <Group gap={6} wrap="nowrap">
        <StopLabButton lab={lab} />
        <LabMenu lab={lab} />
      </Group>
    </div>
  );
}

function Identity({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const phase = useLab(lab, (view) => view.summary.phase);
  const running = useLab(lab, (view) => view.summary.nodesRunning);
  const total = useLab(lab, (view) => view.summary.nodesTotal);
  const virtualAddresses = useLab(lab, (view) => view.virtualAddresses);
  const holding = holdingOf(virtualAddresses);
  return (
    <div className={classes['identity']}>
      <h1 className={classes['name']}>
        <span title={lab}>{lab}</span>
        <Badge size="sm" variant="light" color={phaseColors[phase]} style={{ flex: 'none' }}>
          {t(`phase.${phase}`)}
        </Badge>
      </h1>
      <div className={classes['facts']}>
        {t('start.nodesRunning', { running, total })}
        {holding.kind === 'held' ? ` · ${t('lab.heldBy', { node: holding.node })}` : ''}
      </div>
    </div>
  );
}
