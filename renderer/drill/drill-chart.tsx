import { Paper, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../test-ids.ts';
import { ChartAxis, ChartMoments } from './chart-axis.tsx';
import { ChartLegend } from './chart-legend.tsx';
import type { ChartModel } from './chart-model.ts';
import { latencyScale, timeScale } from './chart-model.ts';
import type { Hover } from './chart-tooltip.tsx';
import { ChartTooltip, findHover } from './chart-tooltip.tsx';
import { chartGeometry } from './chart-geometry.ts';
import { EventRows } from './chart-events.tsx';
import { ServiceLaneView } from './chart-lane.tsx';
import classes from './drill.module.css';

/** Requests of every service and events of every node on one time axis. The table below the report says the same in words. */
export function DrillChart({ model }: { readonly model: ChartModel }) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const [hover, setHover] = useState<Hover>();
  const geometry = chartGeometry(model, width);
  const x = timeScale(model, geometry.plotWidth);
  const height = latencyScale(model.lanes);
  return (
    <Paper withBorder p="md" className={classes['chart'] ?? ''} data-testid={testIds.drillChart}>
      <ChartLegend />
      <div ref={ref} className={classes['canvas']} style={{ height: geometry.height }}>
        {width === 0 ? null : (
          <svg
            width={width}
            height={geometry.height}
            role="img"
            aria-label={`${t('drill.chart')}. ${t('drill.chartHint')}`}
            onPointerMove={({ nativeEvent: { offsetX, offsetY } }) =>
              setHover(findHover(model, geometry, offsetX, offsetY))
            }
            onPointerLeave={() => setHover(undefined)}
          >
            <ChartAxis model={model} geometry={geometry} x={x} />
            {model.lanes.map((lane, index) => (
              <ServiceLaneView
                key={lane.target}
                lane={lane}
                top={geometry.laneTops[index] ?? 0}
                geometry={geometry}
                x={x}
                level={height}
              />
            ))}
            <EventRows model={model} geometry={geometry} x={x} />
            <ChartMoments model={model} geometry={geometry} x={x} />
            {hover === undefined ? null : <circle cx={hover.x} cy={hover.y} r={6} className={classes['cursor']} />}
          </svg>
        )}
        {hover === undefined ? null : <ChartTooltip hover={hover} width={width} origin={model.origin} />}
      </div>
      <Text size="xs" c="dimmed">
        {t('drill.chartHint')}
      </Text>
    </Paper>
  );
}
