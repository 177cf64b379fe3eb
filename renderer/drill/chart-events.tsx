import { useTranslation } from 'react-i18next';
import type { DrillEvent } from '../../provisioning/contract/index.ts';
import type { ChartPartProps } from './chart-axis.tsx';
import type { EventRow } from './chart-model.ts';
import { eventRows } from './chart-model.ts';
import classes from './drill.module.css';

/** What each kind of event looks like, drawn around 0, 0. */
export const eventShapes: Record<EventRow, string> = {
  'last-advert': 'M-1.5 -6h3v12h-3z',
  'vrrp-state': 'M0 -6l6 6l-6 6l-6 -6z',
  address: 'M0 -5.5l5.5 10h-11z',
  'gratuitous-arp': 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
};

/** VRRP and address events, a row for each kind. */
export function EventRows({ model, geometry, x }: ChartPartProps) {
  const { t } = useTranslation();
  const { left, plotWidth, eventTop, rowHeight } = geometry;
  return eventRows.map((row, index) => {
    const y = eventTop + index * rowHeight + rowHeight / 2;
    return (
      <g key={row}>
        <line x1={left} x2={left + plotWidth} y1={y} y2={y} className={classes['rowLine']} />
        <text x={left - 10} y={y} textAnchor="end" className={classes['rowName']}>
          {t(`drill.legend.${row}`)}
        </text>
        {model.events
          .filter(({ type }) => type === row)
          .map((event, number) => (
            <path
              key={number}
              d={eventShapes[row]}
              transform={`translate(${left + x(event.at)} ${y})`}
              className={classes['event']}
              data-type={row}
              data-tone={eventTone(event)}
            />
          ))}
      </g>
    );
  });
}

/** Becoming master and taking an address are filled, their opposites hollow. */
function eventTone(event: DrillEvent): 'gain' | 'loss' {
  if (event.type === 'vrrp-state') return event.to === 'MASTER' ? 'gain' : 'loss';
  if (event.type === 'address') return event.action === 'added' ? 'gain' : 'loss';
  return 'gain';
}
