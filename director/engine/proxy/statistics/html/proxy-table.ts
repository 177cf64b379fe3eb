import { escaped } from './text.ts';

export interface TableHead {
  readonly name: string;
  readonly id: number;
  readonly kind: 'frontend' | 'backend' | 'listen';
  readonly mode: string;
  readonly description?: string;
  readonly legends: boolean;
  /** Servers' states may be changed: on all tables of such a page is room for it. */
  readonly admin: boolean;
  /** It has servers to be ticked. */
  readonly hasServers: boolean;
}

/** Actions of the form: what is sent, and what is shown. */
export const actions = [
  ['ready', 'Set state to READY'],
  ['drain', 'Set state to DRAIN'],
  ['maint', 'Set state to MAINT'],
  ['dhlth', 'Health: disable checks'],
  ['ehlth', 'Health: enable checks'],
  ['hrunn', 'Health: force UP'],
  ['hnolb', 'Health: force NOLB'],
  ['hdown', 'Health: force DOWN'],
  ['dagent', 'Agent: disable checks'],
  ['eagent', 'Agent: enable checks'],
  ['arunn', 'Agent: force UP'],
  ['adown', 'Agent: force DOWN'],
  ['shutdown', 'Kill Sessions'],
] as const;
export type ServerAction = (typeof actions)[number][0];

const groups = [
  ...[['Queue', 3] as const, ['Session rate', 3] as const, ['Sessions', 6] as const, ['Bytes', 2] as const],
  ...[['Denied', 2] as const, ['Errors', 3] as const, ['Warnings', 2] as const, ['Server', 9] as const],
];
const headings = [
  ...['Cur', 'Max', 'Limit', 'Cur', 'Max', 'Limit', 'Cur', 'Max', 'Limit', 'Total', 'LbTot', 'Last', 'In', 'Out'],
  ...['Req', 'Resp', 'Req', 'Conn', 'Resp', 'Retr', 'Redis', 'Status', 'LastChk', 'Wght', 'Act', 'Bck', 'Chk', 'Dwn'],
  ...['Dwntme', 'Thrtle'],
];
const groupCells = groups.map(([name, span]) => `<th colspan=${span}>${name}</th>`).join('');
const headingCells = headings.map((name) => `<th>${name}</th>`).join('');

function tickAll(name: string): string {
  const all = `document.getElementsByClassName('${name}-checkbox')`;
  const each = `for(c in ${all}) ${all}.item(c).checked = this.checked`;
  return `<th rowspan=2 width=1><input type="checkbox" onclick="${each}"></th>`;
}

export function tableBegin(head: TableHead): string {
  const { legends, admin, description, kind } = head;
  const name = escaped(head.name);
  const link = `<a class=px href="#${name}">${name}</a>`;
  const capability = kind === 'listen' ? 'proxy' : kind;
  const legend = `<div class=tips>cap: ${capability}, mode: ${head.mode}, id: ${head.id}</div>`;
  const first = !admin ? '' : head.hasServers ? tickAll(name) : '<th rowspan=2></th>';
  return (
    `${admin && head.hasServers ? '<form method="post">' : ''}<table class="tbl" width="100%">\n` +
    `<tr class="titre"><th class="pxname" width="10%"><a name="${name}"></a>${legends ? `<u>${link}${legend}</u>` : link}` +
    `</th><th class="${description === undefined ? 'empty' : 'desc'}" width="90%">${description ?? ''}</th></tr>\n` +
    `</table>\n<table class="tbl" width="100%">\n<tr class="titre">${first}<th rowspan=2></th>${groupCells}</tr>\n` +
    `<tr class="titre">${headingCells}\n</tr>`
  );
}

const choices = actions.map(([value, text]) => `<option value="${value}">${text}</option>`).join('');

export function tableEnd({ admin, hasServers, id }: TableHead): string {
  if (!admin || !hasServers) return '</table><p>\n';
  return (
    `</table>Choose the action to perform on the checked servers : <select name=action><option value=""></option>` +
    `${choices}</select><input type="hidden" name="b" value="#${id}">&nbsp;<input type="submit" value="Apply"></form><p>\n`
  );
}
