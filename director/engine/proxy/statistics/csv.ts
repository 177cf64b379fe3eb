import { type StatRow, columns, protocolColumns, ROW_TYPE, tlsColumns } from './columns.ts';

/** The first line of the CSV; every line ends with a comma. */
export const csvHeader = `# ${[...columns, '-', ...tlsColumns, ...protocolColumns].join(',')},\n`;

const NOT_COUNTED = '0,';
/** What HAProxy's own modules count is not counted here: there are no such modules. */
const tls = NOT_COUNTED.repeat(tlsColumns.length);
const protocols = NOT_COUNTED.repeat(protocolColumns.length);
const noProtocols = ','.repeat(protocolColumns.length);

export function csvLine(row: StatRow): string {
  let line = '';
  for (const column of columns) line += `${csvField(row[column])},`;
  const whole = row.type === ROW_TYPE.frontend || row.type === ROW_TYPE.backend;
  return `${line}-,${tls}${whole ? protocols : noProtocols}\n`;
}

/** In quotes when a reader would not understand it otherwise (RFC 4180). */
function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
