import type { EdgeTypes, NodeTypes } from '@xyflow/react';
import { ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { Panel } from '../lab/panel.tsx';
import { placeBadges } from './badges.ts';
import { BadgeNode } from './badge-node.tsx';
import { CableEdge } from './cable-edge.tsx';
import { CardNode } from './card-node.tsx';
import { mapEdges, mapNodes } from './elements.ts';
import { layoutFor } from './layout.ts';
import classes from './map.module.css';
import { MapControls } from './map-controls.tsx';
import { NetworkNode } from './network-node.tsx';

// Made once: React Flow takes new objects for new kinds of nodes, and builds everything again.
const nodeTypes: NodeTypes = { card: CardNode, network: NetworkNode, badge: BadgeNode };
const edgeTypes: EdgeTypes = { cable: CableEdge };
const fitOptions = { padding: 0.03, maxZoom: 2.2 };

export function LabMap({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  return (
    <ReactFlowProvider>
      <Panel title={t('map.title')} tools={<MapControls fitOptions={fitOptions} />}>
        <Flow lab={lab} />
      </Panel>
    </ReactFlowProvider>
  );
}

function Flow({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const { fitView } = useReactFlow();
  const { ref, width, height } = useElementSize();
  const testbed = useLab(lab, (view) => view.testbed);
  const virtualAddresses = useLab(lab, (view) => view.virtualAddresses);
  const layout = useMemo(
    () => layoutFor(testbed, { width: width || 700, height: height || 600 }),
    [testbed, width, height],
  );
  const nodes = useMemo(
    () => mapNodes(lab, testbed, layout, placeBadges(layout, virtualAddresses)),
    [lab, testbed, layout, virtualAddresses],
  );
  const edges = useMemo(() => mapEdges(lab, layout), [lab, layout]);
  useEffect(() => {
    // The pane was resized: everything stays in sight. A promise that only says when the animation ended.
    fitView(fitOptions).catch(() => undefined);
  }, [fitView, layout, width, height]);
  return (
    <div ref={ref} className={classes['map']} aria-label={t('map.region')} role="group">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        fitView
        fitViewOptions={fitOptions}
        minZoom={0.25}
        maxZoom={3}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        proOptions={{ hideAttribution: true }}
      />
    </div>
  );
}
