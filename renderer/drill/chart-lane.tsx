import { memo } from 'react';
import type { ProbeSample } from '../../provisioning/contract/index.ts';
import type { ChartGeometry } from './chart-geometry.ts';
import { failedLine, latencyBand } from './chart-geometry.ts';
import type { ServiceLane } from './chart-model.ts';
import classes from './drill.module.css';

interface Props {
  readonly lane: ServiceLane;
  readonly top: number;
  readonly geometry: ChartGeometry;
  readonly x: (at: number) => number;
  /** A response time's height between 0 and 1. */
  readonly level: (latency: number) => number;
}

/** One service: a dot for each answer, a cross for each failure, the outage shaded. Two paths, however many requests. */
export const ServiceLaneView = memo(function ServiceLaneView({ lane, top, geometry, x, level }: Props) {
  const { left, plotWidth, laneHeight } = geometry;
  const { outage, samples, target } = lane;
  const dot = (sample: ProbeSample): string => {
    const at = left + x(sample.sentAt);
    return `M${at.toFixed(1)} ${(top + goodY(sample, laneHeight, level)).toFixed(1)}h0`;
  };
  const cross = (sample: ProbeSample): string => {
    const at = (left + x(sample.sentAt)).toFixed(1);
    return `M${at} ${top + laneHeight - failedLine}m-2.5 -2.5l5 5m0 -5l-5 5`;
  };
  return (
    <g>
      <rect x={left} y={top} width={plotWidth} height={laneHeight} className={classes['lane']} />
      {outage === undefined ? null : (
        <rect
          x={left + x(outage.from)}
          y={top}
          width={Math.max(1, x(outage.to) - x(outage.from))}
          height={laneHeight}
          className={classes['shade']}
        />
      )}
      <text x={left - 10} y={top + laneHeight / 2} textAnchor="end" className={classes['laneName']}>
        {shorten(target)}
        <title>{target}</title>
      </text>
      <path
        className={classes['good']}
        d={samples
          .filter(({ ok }) => ok)
          .map(dot)
          .join('')}
      />
      <path
        className={classes['failed']}
        d={samples
          .filter(({ ok }) => !ok)
          .map(cross)
          .join('')}
      />
    </g>
  );
});

export function goodY(sample: ProbeSample, laneHeight: number, level: (latency: number) => number): number {
  const band = laneHeight - latencyBand.top - latencyBand.bottom;
  return latencyBand.top + band * (1 - level(sample.endedAt - sample.sentAt));
}

/** SVG text does not shorten itself. */
function shorten(name: string): string {
  return name.length > 17 ? `${name.slice(0, 16)}…` : name;
}
