import type { EdgeProps } from '@xyflow/react';
import { BaseEdge, EdgeLabelRenderer, getStraightPath } from '@xyflow/react';
import { IconScissors } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import type { CableFlowEdge } from './elements.ts';
import classes from './map.module.css';

export function CableEdge(props: EdgeProps<CableFlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, data } = props;
  const [path] = getStraightPath({ sourceX, sourceY, targetX, targetY });
  if (data === undefined) return null;
  return <Cable id={id} path={path} x={sourceX} y={nearNode(sourceY, targetY)} {...data} />;
}

/** The mark of a cut cable stands by its node, where cables of other nodes do not pass. */
function nearNode(nodeY: number, barY: number): number {
  return nodeY + Math.sign(barY - nodeY) * Math.min(Math.abs(barY - nodeY) / 2, 15);
}

interface CableProps {
  readonly id: string;
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly lab: string;
  readonly node: string;
  readonly network: string;
}

function Cable({ id, path, x, y, lab, node, network }: CableProps) {
  const { t } = useTranslation();
  const state = useLab(lab, (view) => view.nodes[node]?.state);
  const cut = useLab(
    lab,
    (view) => view.nodes[node]?.interfaces.some((one) => one.network === network && one.cable === 'cut') === true,
  );
  const shown = cut ? 'cut' : state === 'running' ? 'connected' : 'idle';
  return (
    <>
      <BaseEdge id={id} path={path} className={classes['cable'] ?? ''} data-state={shown} />
      {cut ? (
        <EdgeLabelRenderer>
          <div
            className={classes['cutMark']}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            title={t('map.cableCut')}
          >
            <IconScissors size={14} aria-label={t('map.cableCut')} />
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}
