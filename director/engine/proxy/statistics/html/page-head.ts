import type { StatisticsPage } from '../../configuration.ts';
import type { PageQuery } from '../page-query.ts';
import type { ProcessFacts } from '../process-facts.ts';
import { outcomes } from './outcomes.ts';
import { style } from './style.ts';
import { escaped, upTime } from './text.ts';

export interface PageFacts {
  readonly page: StatisticsPage;
  readonly query: PageQuery;
  readonly process: ProcessFacts;
  readonly hostName: string;
  readonly now: number;
  /** Client connections now. */
  readonly connections: number;
}

const nodeOf = ({ page, process, hostName }: PageFacts): string | undefined =>
  page.node === undefined ? undefined : page.node || process.node || hostName;

const descriptionOf = ({ page, process }: PageFacts): string | undefined =>
  page.description === undefined ? undefined : page.description || process.description;

function title(facts: PageFacts): string {
  const node = nodeOf(facts);
  return (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"\n"http://www.w3.org/TR/html4/loose.dtd">\n' +
    `<html><head><title>Statistics Report for HAProxy${node === undefined ? '' : ` on ${escaped(node)}`}</title>\n` +
    '<link rel="icon" href="data:,">\n<meta http-equiv="content-type" content="text/html; charset=iso-8859-1">\n' +
    `<style type="text/css"><!--${style}-->\n</style></head>\n`
  );
}

function headings(facts: PageFacts): string {
  const { page, process } = facts;
  const version = page.hidesVersion ? '' : ` version ${process.version}, released ${process.releaseDate}`;
  const node = nodeOf(facts);
  const description = descriptionOf(facts);
  return (
    '<body><h1><a href="http://www.haproxy.org/" style="text-decoration: none;">' +
    `HAProxy${version}</a></h1>\n` +
    `<h2>Statistics Report for pid ${process.processId}${node === undefined ? '' : ` on ${escaped(node)}`}` +
    `${description === undefined ? '' : `: ${description}`}</h2>\n` +
    '<hr width="100%" class="hr">\n<h3>&gt; General process information</h3>\n'
  );
}

const rateUnits = ['', 'k', 'M', 'G'] as const;

/** Bits a second. */
function bitRate(octets: number): string {
  let rate = octets * 8;
  let unit = 0;
  while (rate >= 1000 && unit < rateUnits.length - 1) {
    rate /= 1000;
    unit++;
  }
  return `${rate.toFixed(3)} ${rateUnits[unit]}bps`;
}

function processCell({ process, now, connections }: PageFacts): string {
  const { counters, threads, openFiles } = process;
  const seconds = Math.max(0, Math.floor(now / 1000) - Math.floor(process.startedAt / 1000));
  return (
    '<table border=0><tr><td align="left" nowrap width="1%">\n' +
    `<p><b>pid = </b> ${process.processId} (process #1, nbproc = 1, nbthread = ${threads})<br>\n` +
    `<b>uptime = </b> ${upTime(seconds)}<br>\n` +
    `<b>system limits:</b> memmax = unlimited; ulimit-n = ${openFiles}<br>\n` +
    `<b>maxsock = </b> ${openFiles}; <b>maxconn = </b> ${process.maxConnections}; <b>maxpipes = </b> 0<br>\n` +
    `current conns = ${connections}; current pipes = 0/0; conn rate = ${counters.connectionRate.rate(now)}/sec; ` +
    `bit rate = ${bitRate(counters.outRate.rate(now))}<br>\n` +
    `Running tasks: 0/${connections}; idle = ${process.idlePercent()} %<br>\n</td>`
  );
}

/** Two colours a line, then lines of one. */
function legendCell(): string {
  const pair = (colour: string, text: string): string =>
    `<td class="${colour}"></td><td class="noborder">${text}${text.endsWith(';') ? '' : ' '}</td>`;
  const first = (colour: string, text: string): string =>
    `<td class="${colour}">&nbsp;</td><td class="noborder">${text} </td>`;
  const wide = (colour: string, text: string): string =>
    `<td class="${colour}"></td><td class="noborder" colspan="3">${text} &nbsp;</td>`;
  const lines = [
    first('active_up', 'active UP') + first('backup_up', 'backup UP'),
    pair('active_going_down', 'active UP, going down') + pair('backup_going_down', 'backup UP, going down'),
    pair('active_going_up', 'active DOWN, going up') + pair('backup_going_up', 'backup DOWN, going up'),
    pair('active_down', 'active or backup DOWN &nbsp;') + pair('active_no_check', 'not checked'),
    wide('maintain', 'active or backup DOWN for maintenance (MAINT)'),
    wide('active_draining', 'active or backup SOFT STOPPED for maintenance'),
  ];
  return (
    `<td align="center" nowrap>\n<table class="lgd"><tr>\n${lines.join('</tr><tr>\n')}</tr></table>\n` +
    'Note: "NOLB"/"DRAIN" = UP with load-balancing disabled.</td>'
  );
}

function optionsCell({ page, query }: PageFacts): string {
  const { hidesDown, noRefresh } = query;
  const scope = query.scope === '' ? '' : `?scope=${escaped(query.scope)}`;
  const uri = escaped(page.uri);
  const up = hidesDown ? ';up' : '';
  const still = noRefresh ? ';norefresh' : '';
  const link = (words: string, text: string): string => `<li><a href="${uri}${words}${scope}">${text}</a><br>\n`;
  const refresh =
    page.refresh > 0
      ? link(`${up}${noRefresh ? '' : ';norefresh'}`, `${noRefresh ? 'Enable' : 'Disable'} refresh`)
      : '';
  const still2 = page.refresh > 0 ? ';norefresh' : '';
  return (
    '<td align="left" valign="top" nowrap width="1%"><b>Display option:</b><ul style="margin-top: 0.25em;">' +
    `<li><form method="GET">Scope : <input value="${escaped(query.scope)}" name="scope" size="8" maxlength="20" ` +
    'tabindex="1"/></form>\n' +
    link(`${hidesDown ? '' : ';up'}${still}`, hidesDown ? 'Show all servers' : "Hide 'DOWN' servers") +
    refresh +
    link(`${up}${still}`, 'Refresh now') +
    link(`;csv${still2}`, 'CSV export') +
    '</ul></td>'
  );
}

const resources =
  '<td align="left" valign="top" nowrap width="1%"><b>External resources:</b><ul style="margin-top: 0.25em;">\n' +
  '<li><a href="http://www.haproxy.org/">Primary site</a><br>\n' +
  '<li><a href="http://www.haproxy.org/#down">Updates (v2.6)</a><br>\n' +
  '<li><a href="http://www.haproxy.org/#docs">Online manual</a><br>\n</ul></td></tr></table>\n';

/** What became of the action before, when the address says so. */
function outcome({ page, query }: PageFacts): string {
  const found = query.outcome === undefined ? undefined : outcomes[query.outcome];
  if (found === undefined) return '';
  const words = `${query.hidesDown ? ';up' : ''}${query.noRefresh ? ';norefresh' : ''}`;
  const back = `${escaped(page.uri)}${words}${query.scope === '' ? '' : `?scope=${escaped(query.scope)}`}`;
  return (
    `<p><div class=${found.style}><a class=lfsb href="${back}" title="Remove this message">[X]</a> ` +
    `${found.text}</div>\n<p>\n`
  );
}

export function pageHead(facts: PageFacts): string {
  return (
    title(facts) + headings(facts) + processCell(facts) + legendCell() + optionsCell(facts) + resources + outcome(facts)
  );
}
