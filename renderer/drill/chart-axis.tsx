import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import type { ChartGeometry } from './chart-geometry.ts';
import type { ChartModel } from './chart-model.ts';
import { axisTicks } from './chart-model.ts';
import classes from './drill.module.css';

export interface ChartPartProps {
  readonly model: ChartModel;
  readonly geometry: ChartGeometry;
  /** Time to pixels from the plot's left edge. */
  readonly x: (at: number) => number;
}

/** A label needs about this much room. */
const pixelsPerTick = 90;

export function ChartAxis({ model, geometry, x }: ChartPartProps) {
  const format = useFormat();
  const { left, plotWidth, axisTop } = geometry;
  const ticks = axisTicks(model, Math.max(2, Math.floor(plotWidth / pixelsPerTick)));
  return (
    <g>
      {ticks.map((tick) => {
        const at = left + x(model.origin + tick);
        return (
          <g key={tick}>
            <line x1={at} x2={at} y1={14} y2={axisTop} className={classes['gridLine']} />
            <text x={at} y={axisTop + 15} textAnchor="middle" className={classes['tick']}>
              {tick === 0 ? '0' : `${tick < 0 ? '−' : '+'}${format.duration(Math.abs(tick))}`}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Near an edge of the plot a centred name would be cut off. */
function anchorAt(position: number, { left, plotWidth }: ChartGeometry): 'start' | 'middle' | 'end' {
  if (position > left + plotWidth - pixelsPerTick) return 'end';
  return position < left + pixelsPerTick ? 'start' : 'middle';
}

/** The fault and the healing, across all lanes. */
export function ChartMoments({ model, geometry, x }: ChartPartProps) {
  const { t } = useTranslation();
  const moments = [
    { kind: 'fault', at: model.faultAt, label: t('drill.legend.fault') },
    { kind: 'heal', at: model.healedAt, label: t('drill.legend.heal') },
  ] as const;
  return moments.map(({ kind, at, label }) => {
    if (at === undefined) return null;
    const position = geometry.left + x(at);
    return (
      <g key={kind} className={classes['moment']} data-kind={kind}>
        <line x1={position} x2={position} y1={14} y2={geometry.axisTop} />
        <text x={position} y={10} textAnchor={anchorAt(position, geometry)}>
          {label}
        </text>
      </g>
    );
  });
}
