import type { StatRow } from '../columns.ts';
import { grouped, share, tip, tipTable } from './text.ts';

const answerNames = [
  ['HTTP 1xx', 'hrsp_1xx'],
  ['HTTP 2xx', 'hrsp_2xx'],
  ['HTTP 3xx', 'hrsp_3xx'],
  ['HTTP 4xx', 'hrsp_4xx'],
  ['HTTP 5xx', 'hrsp_5xx'],
  ['other', 'hrsp_other'],
] as const;

/** Answers by status; of servers with their share, of proxies with what was compressed of the 2xx. */
export function answerTips(row: StatRow): string {
  const ofServer = row.svname !== 'FRONTEND' && row.svname !== 'BACKEND';
  const whole = answerNames.reduce((sum, [, column]) => sum + Number(row[column] ?? 0), 0);
  return answerNames
    .map(([name, column]) => {
      const more = ofServer ? share(Number(row[column] ?? 0), whole) : '';
      const compressed =
        column === 'hrsp_2xx' && !ofServer ? tip('&nbsp;&nbsp;Compressed 2xx:', '0', '<td>(0%)</td>') : '';
      return tip(`- ${name} responses:`, grouped(row[column]), more) + compressed;
    })
    .join('');
}

export const cacheTips = tip('Cache lookups:', '0') + tip('Cache hits:', '0', '<td>(0%)</td>');

/** Under the octets that have gone out. Nothing is ever compressed. */
export function compressionTips(octets: number): string {
  const none = '<td>(0%)</td>';
  return tipTable(
    tip('Response bytes in:', grouped(octets)) +
      tip('Compression in:', '0') +
      tip('Compression out:', '0', none) +
      tip('Compression bypass:', '0') +
      tip('Total bytes saved:', '0', none),
  );
}

/** Times of a server or a backend. */
export function timeTips(row: StatRow): string {
  const line = (name: string, most: string | number | undefined, average: string | number | undefined): string =>
    tip(`- ${name} time:`, `${grouped(most)} / ${grouped(average)}`, '<td>ms</td>');
  return (
    '<tr><th colspan=3>Max / Avg over last 1024 success. conn.</th></tr>' +
    line('Queue', row.qtime_max, row.qtime) +
    line('Connect', row.ctime_max, row.ctime) +
    (row.mode === 'http' ? line('Responses', row.rtime_max, row.rtime) : '') +
    line('Total', row.ttime_max, row.ttime)
  );
}

export function connectionTips(row: StatRow): string {
  const { connect = 0, reuse = 0, req_tot: requests } = row;
  return (
    tip('New connections:', grouped(connect)) +
    tip('Reused connections:', grouped(reuse), share(Number(reuse), Number(connect) + Number(reuse))) +
    tip('Cum. HTTP requests:', grouped(requests))
  );
}

export const abortTips = (row: StatRow): string =>
  `<u>${grouped(row.eresp)}<div class=tips>Connection resets during transfers: ` +
  `${row.cli_abrt ?? 0} client, ${row.srv_abrt ?? 0} server</div></u>`;
