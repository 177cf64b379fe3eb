import type { ChartModel } from './chart-model.ts';
import { eventRows } from './chart-model.ts';

/** Where everything is in the chart, in pixels. */
export interface ChartGeometry {
  readonly width: number;
  readonly height: number;
  /** Left edge of the plot; names stand left of it. */
  readonly left: number;
  readonly plotWidth: number;
  readonly laneTops: readonly number[];
  readonly laneHeight: number;
  readonly eventTop: number;
  readonly rowHeight: number;
  readonly axisTop: number;
}

const gutter = 132;
const rightMargin = 14;
/** Room above the first lane for the names of fault and heal. */
const headroom = 20;
const laneHeight = 76;
const laneGap = 10;
const rowHeight = 20;
const axisHeight = 22;

export function chartGeometry(model: ChartModel, width: number): ChartGeometry {
  const laneTops = model.lanes.map((_, index) => headroom + index * (laneHeight + laneGap));
  const eventTop = headroom + model.lanes.length * (laneHeight + laneGap);
  const axisTop = eventTop + eventRows.length * rowHeight + 4;
  return {
    width,
    height: axisTop + axisHeight,
    left: gutter,
    plotWidth: Math.max(50, width - gutter - rightMargin),
    laneTops,
    laneHeight,
    eventTop,
    rowHeight,
    axisTop,
  };
}

/** The part of a lane that response times may use; failed requests stand below it. */
export const latencyBand = { top: 6, bottom: 20 };
/** Distance of the failed requests from the lane's lower edge. */
export const failedLine = 9;
