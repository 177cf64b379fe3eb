import type { DrillEvent, DrillReport } from '../../provisioning/contract/index.ts';

const columns = [
  'kind',
  'ms_from_fault',
  'unix_ms',
  'target',
  'sequence',
  'ok',
  'response_ms',
  'server',
  'error',
  'node',
  'detail',
] as const;

type Row = Partial<Record<(typeof columns)[number], string | number | boolean>>;

/** Requests and events of a report in one table, in the order of time: one row each, RFC 4180. */
export function reportToCsv(report: DrillReport): string {
  const { samples, events, faultAt } = report;
  const relative = (at: number): string => (at - faultAt).toFixed(3);
  const requests = samples.map(({ target, sequence, sentAt, endedAt, ok, server, error }) => ({
    at: sentAt,
    row: {
      kind: 'request',
      target,
      sequence,
      ok,
      response_ms: (endedAt - sentAt).toFixed(3),
      ...optional({ server, error }),
    },
  }));
  const happenings = events.map((event) => ({ at: event.at, row: eventRow(event) }));
  const rows = [...requests, ...happenings]
    .sort((left, right) => left.at - right.at)
    .map(({ at, row }): Row => ({ ...row, ms_from_fault: relative(at), unix_ms: at.toFixed(3) }));
  return [columns.join(','), ...rows.map(toLine)].map((line) => `${line}\r\n`).join('');
}

function optional(values: Record<string, string | undefined>): Row {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function eventRow(event: DrillEvent): Row {
  const columnsOfTheirOwn = ['type', 'at', 'node'];
  const details = Object.entries(event).filter(([key]) => !columnsOfTheirOwn.includes(key));
  const detail = details.map(([key, value]) => `${key}=${String(value)}`).join(' ');
  return { kind: event.type, ...('node' in event ? { node: event.node } : {}), detail };
}

function toLine(row: Row): string {
  return columns.map((column) => quote(String(row[column] ?? ''))).join(',');
}

/** Quoted where the format wants it; a text that a spreadsheet would run as a formula is kept a text. */
function quote(text: string): string {
  const safe = /^[=+@]/.test(text) || /^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function reportToJson(report: DrillReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** "tfg-kill-master-2026-01-31T12-30-05.csv": sorts by time and is allowed on every system. */
export function reportFileName(report: DrillReport, extension: 'csv' | 'json'): string {
  const time = new Date(report.startedAt).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${report.lab}-${report.drill}-${time}.${extension}`;
}
