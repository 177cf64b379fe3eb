import { Splitter } from '@mantine/core';
import { DrillSection } from '../drill/drill-section.tsx';
import { EventPanel } from '../events/event-panel.tsx';
import { TerminalPanel } from '../terminal/terminal-panel.tsx';
import { HoldingNotice } from './holding-notice.tsx';
import classes from './lab.module.css';
import { LabToolbar } from './lab-toolbar.tsx';
import type { LabRoute } from './lab-screen.tsx';
import { Overview } from './overview.tsx';
import { RegionKeys } from './region-keys.tsx';

/** A running lab: its map and tables, or its drills, above the terminals and the events. */
export function LabBody({ route }: { readonly route: LabRoute }) {
  const { lab, section } = route;
  return (
    <>
      <RegionKeys />
      <LabToolbar lab={lab} section={section} />
      <HoldingNotice lab={lab} />
      <Splitter orientation="vertical" className={classes['split'] ?? ''} lineSize={1}>
        <Splitter.Pane defaultSize={66} min={20}>
          {section === 'overview' ? <Overview lab={lab} /> : <DrillSection lab={lab} report={route.report} />}
        </Splitter.Pane>
        <Splitter.Pane defaultSize={34} min={6}>
          <Splitter className={classes['split'] ?? ''} lineSize={1}>
            <Splitter.Pane defaultSize={62} min={20}>
              <TerminalPanel lab={lab} />
            </Splitter.Pane>
            <Splitter.Pane defaultSize={38} min={15}>
              <EventPanel lab={lab} />
            </Splitter.Pane>
          </Splitter>
        </Splitter.Pane>
      </Splitter>
    </>
  );
}
