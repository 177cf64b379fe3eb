import type { DrillReport, DrillSummary, ServiceOutage } from '../../contract/index.ts';
import { clockTime, duration } from './duration.ts';
import { drillEventText } from './drill-event-text.ts';
import { table } from './table.ts';

/** A drill's report for people: the outage of each service, theory beside measurement, the timeline, the verdict on healing. */
export function reportText(report: DrillReport): string {
  const { drill, id, services, theory, options } = report;
  return [
    `Drill ${drill}, report ${id}\n`,
    `Power cut at ${clockTime(report.faultAt)}; ${options.rate} requests a second and service.\n`,
    '\n',
    table([['SERVICE', 'LAST GOOD', 'FIRST GOOD', 'OUTAGE', 'REQUESTS', 'FAILED'], ...services.map(serviceRow)]),
    '\n',
    table([
      ['', 'THEORY', 'MEASURED'],
      ['last advertisement → take-over', milliseconds(theory.masterDownMs), milliseconds(report.measuredTakeoverMs)],
      ['first → last virtual address', '', milliseconds(report.addressSpreadMs)],
    ]),
    `Theory: 3 × ${theory.advertIntervalMs} ms + ${theory.skewMs.toFixed(0)} ms skew (VRRP ${theory.version}, priority ${theory.priority}).\n`,
    '\nTimeline:\n',
    ...report.events.map((event) => `  ${drillEventText(event)}\n`),
    '\n',
    healing(report),
  ].join('');
}

function serviceRow({ target, lastGoodAt, firstGoodAt, outageMs, requests, failed }: ServiceOutage): string[] {
  const time = (at: number | undefined): string => (at === undefined ? '-' : clockTime(at));
  const outage = outageMs === undefined ? (failed === 0 ? 'none' : 'not over') : milliseconds(outageMs);
  return [target, time(lastGoodAt), time(firstGoodAt), outage, String(requests), String(failed)];
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(0)} ms`;
}

function healing({ options, healed, healedAt, faultAt }: DrillReport): string {
  if (!options.heal) return 'Not healed, as asked for: start the node with "relevo start NODE".\n';
  if (!healed) return 'The node was started, but it does not hold all virtual addresses again: see "relevo status".\n';
  const after = healedAt === undefined ? '' : ` ${duration(healedAt - faultAt)} after the fault`;
  return `Healed${after}: the node holds all virtual addresses again.\n`;
}

/** Earlier drills, one a line. */
export function summaryTable(reports: readonly DrillSummary[]): string {
  const rows = reports.map(({ id, drill, startedAt, services, theory, healed }) => [
    id,
    drill,
    new Date(startedAt).toISOString().slice(0, 19).replace('T', ' '),
    services.map(({ target, outageMs }) => `${target} ${milliseconds(outageMs)}`).join(', '),
    milliseconds(theory.masterDownMs),
    healed ? 'yes' : 'no',
  ]);
  return table([['ID', 'DRILL', 'STARTED (UTC)', 'OUTAGES', 'THEORY', 'HEALED'], ...rows]);
}
