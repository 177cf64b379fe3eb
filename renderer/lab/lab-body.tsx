import type { SplitterPaneSize } from '@mantine/hooks';
import { Splitter } from '@mantine/core';
import { useState } from 'react';
import { DrillSection } from '../drill/drill-section.tsx';
import { EventPanel } from '../events/event-panel.tsx';
import { OperationStrip } from '../operations/operation-strip.tsx';
import { TerminalPanel } from '../terminal/terminal-panel.tsx';
import { HoldingNotice } from './holding-notice.tsx';
import type { LabRoute } from './lab-screen.tsx';
import { LabToolbar } from './lab-toolbar.tsx';
import { Overview } from './overview.tsx';
import { RegionKeys } from './region-keys.tsx';
import { splitLook } from './split-look.ts';

/** Heights of both halves in each section: a report wants the room that a map does not need. */
const firstHeights: Record<LabRoute['section'], SplitterPaneSize[]> = { overview: [71, 29], drills: [84, 16] };

/** A running lab: its map and tables, or its drills, above the terminals and the events. */
export function LabBody({ route }: { readonly route: LabRoute }) {
  const { lab, section } = route;
  const [heights, setHeights] = useState(firstHeights);
  return (
    <>
      <RegionKeys />
      <LabToolbar lab={lab} section={section} />
      <OperationStrip lab={lab} />
      <HoldingNotice lab={lab} />
      <Splitter
        orientation="vertical"
        {...splitLook}
        sizes={heights[section]}
        onSizeChange={(sizes) => setHeights({ ...heights, [section]: sizes })}
      >
        <Splitter.Pane defaultSize={71} min={20}>
          {section === 'overview' ? <Overview lab={lab} /> : <DrillSection lab={lab} report={route.report} />}
        </Splitter.Pane>
        <Splitter.Pane defaultSize={29} min={5}>
          <Splitter {...splitLook}>
            <Splitter.Pane defaultSize={60} min={20}>
              <TerminalPanel lab={lab} />
            </Splitter.Pane>
            <Splitter.Pane defaultSize={40} min={15}>
              <EventPanel lab={lab} />
            </Splitter.Pane>
          </Splitter>
        </Splitter.Pane>
      </Splitter>
    </>
  );
}
