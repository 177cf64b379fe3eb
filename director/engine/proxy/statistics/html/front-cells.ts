import type { StatRow } from '../columns.ts';
import { answerTips, cacheTips, compressionTips } from './tips.ts';
import { escaped, grouped, limited, tip, tipTable } from './text.ts';

export interface CellOptions {
  readonly legends: boolean;
  /** Rows have a first cell for what may be ticked. */
  readonly admin: boolean;
}

/** `IPv4: 127.0.0.1:80, ` */
export function shownAddress(addr: string | number | undefined): string {
  const text = String(addr ?? '');
  if (text === '') return '';
  if (/^\d/.test(text)) return `IPv4: ${escaped(text)}, `;
  return text.startsWith('[') ? `IPv6: ${escaped(text)}, ` : `${escaped(text)}, `;
}

const perSecond = (name: string, value: string | number | undefined): string => tip(name, `${grouped(value)}/s`);

function rates(row: StatRow): string {
  const http = row.mode === 'http';
  const current =
    perSecond('Current connection rate:', row.conn_rate) +
    perSecond('Current session rate:', row.rate) +
    (http ? perSecond('Current request rate:', row.req_rate) : '');
  const most =
    perSecond('Max connection rate:', row.conn_rate_max) +
    perSecond('Max session rate:', row.rate_max) +
    (http ? perSecond('Max request rate:', row.req_rate_max) : '');
  return (
    `<td><u>${grouped(row.rate)}${tipTable(current)}</u></td><td><u>${grouped(row.rate_max)}${tipTable(most)}</u></td>` +
    `<td>${limited(row.rate_lim, '-')}</td>`
  );
}

function totals(row: StatRow): string {
  const http =
    row.mode === 'http'
      ? tip('Cum. HTTP requests:', grouped(row.req_tot)) +
        answerTips(row) +
        tip('Intercepted requests:', grouped(row.intercepted)) +
        cacheTips +
        tip('Failed hdr rewrites:', grouped(row.wrew)) +
        tip('Internal errors:', grouped(row.eint))
      : '';
  return tip('Cum. connections:', grouped(row.conn_tot)) + tip('Cum. sessions:', grouped(row.stot)) + http;
}

export function frontendCells(row: StatRow, { admin }: CellOptions): string {
  const name = escaped(row.pxname);
  return (
    `<tr class="frontend">${admin ? '<td></td>' : ''}<td class=ac><a name="${name}/Frontend"></a>` +
    `<a class=lfsb href="#${name}/Frontend">Frontend</a></td><td colspan=3></td>${rates(row)}` +
    `<td>${grouped(row.scur)}</td><td>${grouped(row.smax)}</td><td>${grouped(row.slim)}</td>` +
    `<td><u>${grouped(row.stot)}${tipTable(totals(row))}</u></td><td></td><td></td>` +
    `<td>${grouped(row.bin)}</td><td>${grouped(row.bout)}${compressionTips(Number(row.bout ?? 0))}</td>` +
    `<td>${grouped(row.dreq)}</td><td>${grouped(row.dresp)}</td><td>${grouped(row.ereq)}</td>` +
    `<td></td><td></td><td></td><td></td><td class=ac>${row.status ?? ''}</td><td class=ac colspan=8></td></tr>`
  );
}

export function listenerCells(row: StatRow, { admin, legends }: CellOptions): string {
  const name = escaped(row.svname);
  const place = `${escaped(row.pxname)}/+${name}`;
  const legend = legends ? `<div class=tips>${shownAddress(row.addr)}id: ${row.sid ?? 0}</div>` : '';
  const link = `<a class=lfsb href="#${place}">${name}</a>${legend}`;
  return (
    `<tr class=socket>${admin ? '<td></td>' : ''}<td class=ac><a name="${place}"></a>` +
    `${legends ? `<u>${link}</u>` : link}</td><td colspan=3></td><td colspan=3>&nbsp;</td>` +
    `<td>${grouped(row.scur)}</td><td>${grouped(row.smax)}</td><td>${grouped(row.slim)}</td>` +
    `<td>${grouped(row.stot)}</td><td>&nbsp;</td><td>&nbsp;</td>` +
    `<td>${grouped(row.bin)}</td><td>${grouped(row.bout)}</td>` +
    `<td>${grouped(row.dreq)}</td><td>${grouped(row.dresp)}</td><td>${grouped(row.ereq)}</td>` +
    `<td></td><td></td><td></td><td></td><td class=ac>${row.status ?? ''}</td><td class=ac colspan=8></td></tr>`
  );
}
