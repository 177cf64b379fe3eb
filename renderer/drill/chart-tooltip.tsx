import { useTranslation } from 'react-i18next';
import type { DrillEvent, ProbeSample } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import type { ChartGeometry } from './chart-geometry.ts';
import { failedLine } from './chart-geometry.ts';
import { goodY } from './chart-lane.tsx';
import type { ChartModel } from './chart-model.ts';
import { eventRows, latencyScale, nearestSample, timeScale } from './chart-model.ts';
import classes from './drill.module.css';
import { drillEventNode, drillEventText } from './event-text.ts';

/** What the mouse points at. */
export type Hover = { readonly x: number; readonly y: number } & (
  | { readonly kind: 'sample'; readonly sample: ProbeSample }
  | { readonly kind: 'events'; readonly events: readonly DrillEvent[] }
);

/** How far from a mark the mouse may be. */
const reach = 12;

export function findHover(model: ChartModel, geometry: ChartGeometry, x: number, y: number): Hover | undefined {
  const scale = timeScale(model, geometry.plotWidth);
  const place = (at: number): number => geometry.left + scale(at);
  const at = model.from + ((x - geometry.left) / geometry.plotWidth) * (model.to - model.from);
  const index = geometry.laneTops.findIndex((top) => y >= top && y < top + geometry.laneHeight);
  const lane = model.lanes[index];
  if (lane !== undefined) {
    const sample = nearestSample(lane.samples, at);
    if (sample === undefined || Math.abs(place(sample.sentAt) - x) > reach) return undefined;
    const { laneHeight } = geometry;
    const inLane = sample.ok ? goodY(sample, laneHeight, latencyScale(model.lanes)) : laneHeight - failedLine;
    return { kind: 'sample', sample, x: place(sample.sentAt), y: (geometry.laneTops[index] ?? 0) + inLane };
  }
  const number = Math.floor((y - geometry.eventTop) / geometry.rowHeight);
  const row = eventRows[number];
  if (row === undefined) return undefined;
  const near = model.events.filter(({ type, at: time }) => type === row && Math.abs(place(time) - x) <= reach);
  const [first] = near;
  if (first === undefined) return undefined;
  return {
    kind: 'events',
    events: near,
    x: place(first.at),
    y: geometry.eventTop + (number + 0.5) * geometry.rowHeight,
  };
}

interface Props {
  readonly hover: Hover;
  readonly width: number;
  readonly origin: number;
}

export function ChartTooltip({ hover, width, origin }: Props) {
  const toLeft = hover.x > width / 2;
  const style = toLeft ? { right: width - hover.x + 14, top: hover.y } : { left: hover.x + 14, top: hover.y };
  return (
    <div className={classes['tooltip']} style={style}>
      {hover.kind === 'sample' ? (
        <SampleText sample={hover.sample} origin={origin} />
      ) : (
        hover.events.map((event, index) => <EventText key={index} event={event} origin={origin} />)
      )}
    </div>
  );
}

function SampleText({ sample, origin }: { readonly sample: ProbeSample; readonly origin: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { sentAt, endedAt, ok, server, error, sequence } = sample;
  return (
    <div>
      <strong>{format.offset(sentAt - origin)}</strong>{' '}
      {ok
        ? t('drill.tooltip.good', { latency: format.duration(endedAt - sentAt) })
        : t('drill.tooltip.failed', { error: error ?? '' })}
      {server === undefined ? '' : ` ${t('drill.tooltip.server', { server })}`}
      <span className={classes['sequence']}> · {t('drill.tooltip.sequence', { sequence })}</span>
    </div>
  );
}

function EventText({ event, origin }: { readonly event: DrillEvent; readonly origin: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div>
      <strong>{format.offset(event.at - origin)}</strong> {drillEventNode(event)}: {drillEventText(t, event)}
    </div>
  );
}
