import type { StatRow } from '../columns.ts';
import { type CellOptions, shownAddress } from './front-cells.ts';
import { abortTips, answerTips, cacheTips, compressionTips, connectionTips, timeTips } from './tips.ts';
import { escaped, grouped, humanTime, limited, tip, tipTable } from './text.ts';

const isMaintenance = ({ status }: StatRow): boolean => String(status).startsWith('MAINT');
const isDown = ({ status }: StatRow): boolean => String(status).startsWith('DOWN');

/** Whether checks find it in the best of health, as far as there are any. */
function isWhole({ chkfail, check_health: health = 0, check_rise: rise = 0, check_fall: fall = 0 }: StatRow): boolean {
  return chkfail === undefined || Number(health) === Number(rise) + Number(fall) - 1;
}

const styles: readonly (readonly [RegExp, string])[] = [
  [/^DOWN( \(agent\))?$/, 'down'],
  [/^DOWN /, 'going_up'],
  [/^NOLB /, 'going_down'],
  [/^NOLB$/, 'nolb'],
  [/^no check$/, 'no_check'],
];

/** The row's class, of which its colour comes. */
export function serverClass(row: StatRow): string {
  if (isMaintenance(row)) return 'maintain';
  const found = styles.find(([pattern]) => pattern.test(String(row.status)))?.[1];
  const whenUp = isWhole(row) ? (Number(row.weight) > 0 ? 'up' : 'draining') : 'going_down';
  return `${Number(row.bck) > 0 ? 'backup' : 'active'}_${found ?? whenUp}`;
}

function nameCell(row: StatRow, { legends }: CellOptions): string {
  const place = `${escaped(row.pxname)}/${escaped(row.svname)}`;
  const link = `<a class=lfsb href="#${place}">${escaped(row.svname)}</a>`;
  const cookie = row.cookie === undefined ? '' : `, cookie: '${escaped(String(row.cookie))}'`;
  const legend = `<div class=tips>${shownAddress(row.addr)}id: ${row.sid ?? 0}${cookie}</div>`;
  return `<td class=ac><a name="${place}"></a>${legends ? `<u>${link}${legend}</u>` : link}</td>`;
}

function currentTips(row: StatRow): string {
  return (
    tip('Current active connections:', grouped(row.used_conn_cur)) +
    tip('Current used connections:', grouped(row.used_conn_cur)) +
    tip('Current idle connections:', grouped(row.srv_icur)) +
    tip('- unsafe:', grouped(row.idle_conn_cur)) +
    tip('- safe:', grouped(row.safe_conn_cur)) +
    tip('Estimated need of connections:', grouped(row.need_conn_est)) +
    tip('Active connections limit:', limited(row.slim, '-')) +
    tip('Idle connections limit:', limited(row.src_ilim, '-'))
  );
}

function totalTips(row: StatRow, internal: string, cache: string): string {
  const http =
    row.mode === 'http'
      ? connectionTips(row) +
        answerTips(row) +
        cache +
        tip('Failed hdr rewrites:', grouped(row.wrew)) +
        tip(internal, grouped(row.eint))
      : '';
  return tip('Cum. sessions:', grouped(row.stot)) + http + timeTips(row);
}

function statusCell(row: StatRow): string {
  const since = humanTime(row.lastchg);
  if (isMaintenance(row)) return `<td class=ac>${since} MAINT</td>`;
  if (row.status === 'no check') return '<td class=ac><i>no check</i></td>';
  const rises = isDown(row) && Number(row.check_health ?? 0) > 0;
  const best = Number(row.check_rise ?? 0) + Number(row.check_fall ?? 0) - 1;
  const falls = !isDown(row) && Number(row.check_health ?? 0) < best;
  return `<td class=ac>${since} ${row.status ?? ''}${rises ? ' &uarr;' : falls ? ' &darr;' : ''}</td>`;
}

function checkCell(row: StatRow): string {
  const agentDown = row.status === 'DOWN (agent)';
  const kind = agentDown ? 'agent' : 'check';
  const status = row[`${kind}_status`];
  if (status === undefined) return '<td></td>';
  const code = row[`${kind}_code`];
  const duration = row[`${kind}_duration`];
  const last = String((agentDown ? row.last_agt : row.last_chk) ?? '');
  return (
    `<td class=ac><u> ${status}${code === undefined ? '' : `/${code}`}` +
    `${duration === undefined ? '' : ` in ${duration}ms`}<div class=tips>${row[`${kind}_desc`] ?? ''}` +
    `${last === '' ? '' : `: ${escaped(last)}`}</div></u></td>`
  );
}

function failureCells(row: StatRow): string {
  if (row.chkfail !== undefined) {
    const analyses = row.hanafail === undefined ? '' : `/${row.hanafail}`;
    const named = row.hanafail === undefined ? '' : '/Health Analyses';
    return (
      `<td><u>${row.chkfail}${analyses}<div class=tips>Failed Health Checks${named}</div></u></td>` +
      `<td>${row.chkdown ?? 0}</td><td>${humanTime(row.downtime)}</td>`
    );
  }
  if (row.status === 'MAINT' || row.tracked === undefined) return '<td colspan=3></td>';
  const tracked = escaped(String(row.tracked));
  return `<td class=ac colspan=3><a class=lfsb href="#${tracked}">via ${tracked}</a></td>`;
}

export function serverCells(row: StatRow, options: CellOptions): string {
  const isBackup = Number(row.bck) > 0;
  const box = `<td><input class='${escaped(row.pxname)}-checkbox' type="checkbox" name="s" value="${escaped(row.svname)}"></td>`;
  return (
    `<tr class="${serverClass(row)}">${options.admin ? box : ''}${nameCell(row, options)}` +
    `<td>${grouped(row.qcur)}</td><td>${grouped(row.qmax)}</td><td>${limited(row.qlimit, '-')}</td>` +
    `<td>${grouped(row.rate)}</td><td>${grouped(row.rate_max)}</td><td></td>` +
    `<td><u>${grouped(row.scur)}${tipTable(currentTips(row))}</u></td>` +
    `<td>${grouped(row.smax)}</td><td>${limited(row.slim, '-')}</td>` +
    `<td><u>${grouped(row.stot)}${tipTable(totalTips(row, 'Internal error:', ''))}</u></td>` +
    `<td>${grouped(row.lbtot)}</td><td>${humanTime(row.lastsess)}</td>` +
    `<td>${grouped(row.bin)}</td><td>${grouped(row.bout)}</td><td></td><td>${grouped(row.dresp)}</td>` +
    `<td></td><td>${grouped(row.econ)}</td><td>${abortTips(row)}</td>` +
    `<td>${row.wretr ?? 0}</td><td>${row.wredis ?? 0}</td>${statusCell(row)}${checkCell(row)}` +
    `<td class=ac>${row.weight ?? 0}/${row.uweight ?? 0}</td>` +
    `<td class=ac>${isBackup ? '-' : 'Y'}</td><td class=ac>${isBackup ? 'Y' : '-'}</td>${failureCells(row)}` +
    `<td class=ac>${row.throttle === undefined ? '-' : `${row.throttle} %`}</td></tr>\n`
  );
}

function backendName(row: StatRow, legends: boolean): string {
  const name = escaped(row.pxname);
  const link = `<a name="${name}/Backend"></a><a class=lfsb href="#${name}/Backend">Backend</a>`;
  if (!legends) return link;
  const cookie = row.cookie === undefined ? '' : `, cookie: '${escaped(String(row.cookie))}'`;
  return `<u>${link}<div class=tips>balancing: ${row.algo ?? ''}${cookie}</div></u>`;
}

export function backendCells(row: StatRow, { admin, legends }: CellOptions): string {
  const status = row.status === 'DOWN' ? '<font color="red"><b>DOWN</b></font>' : (row.status ?? '');
  return (
    `<tr class="backend">${admin ? '<td></td>' : ''}<td class=ac>${backendName(row, legends)}</td>` +
    `<td>${grouped(row.qcur)}</td><td>${grouped(row.qmax)}</td><td></td>` +
    `<td>${grouped(row.rate)}</td><td>${grouped(row.rate_max)}</td><td></td>` +
    `<td>${grouped(row.scur)}</td><td>${grouped(row.smax)}</td><td>${grouped(row.slim)}</td>` +
    `<td><u>${grouped(row.stot)}${tipTable(totalTips(row, 'Internal errors:', cacheTips))}</u></td>` +
    `<td>${grouped(row.lbtot)}</td><td>${humanTime(row.lastsess)}</td>` +
    `<td>${grouped(row.bin)}</td><td>${grouped(row.bout)}${compressionTips(Number(row.bout ?? 0))}</td>` +
    `<td>${grouped(row.dreq)}</td><td>${grouped(row.dresp)}</td><td></td><td>${grouped(row.econ)}</td>` +
    `<td>${abortTips(row)}</td><td>${row.wretr ?? 0}</td><td>${row.wredis ?? 0}</td>` +
    `<td class=ac>${humanTime(row.lastchg)} ${status}</td><td class=ac>&nbsp;</td>` +
    `<td class=ac>${row.weight ?? 0}/${row.uweight ?? 0}</td><td class=ac>${row.act ?? 0}</td><td class=ac>${row.bck ?? 0}</td>` +
    `<td class=ac>&nbsp;</td><td>${row.chkdown ?? 0}</td>` +
    `<td>${row.downtime === undefined ? '&nbsp;' : humanTime(row.downtime)}</td><td></td></tr>`
  );
}
