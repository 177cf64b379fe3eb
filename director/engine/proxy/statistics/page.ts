import { toLatin1 } from '../../http/octets.ts';
import type { Proxy, StatisticsPage } from '../configuration.ts';
import { fullConnections } from '../dispatch/full-connections.ts';
import type { OwnPage } from '../runtime/collaborators.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { Stream } from '../runtime/stream.ts';
import type { Verdict } from '../runtime/verdict.ts';
import type { Setting } from '../samples/setting.ts';
import { Subject } from '../samples/subject.ts';
import type { BackContext } from './back-rows.ts';
import { ROW_TYPE, type StatRow } from './columns.ts';
import { csvHeader, csvLine } from './csv.ts';
import { backendCells, serverCells } from './html/back-cells.ts';
import { frontendCells, listenerCells } from './html/front-cells.ts';
import { pageHead } from './html/page-head.ts';
import { type TableHead, tableBegin, tableEnd } from './html/proxy-table.ts';
import { currentConnections } from './info.ts';
import { compileAccess, compileAdmin, isInScope } from './page-access.ts';
import { obeyForm } from './page-actions.ts';
import { type PageQuery, readQuery } from './page-query.ts';
import { askForPassword, content, forbid, notServed, redirect, tooLate } from './page-replies.ts';
import type { ProcessFacts } from './process-facts.ts';
import { allRows, isShown, rowsOf, runningProxies, type RunningProxy } from './rows.ts';
import type { ServerControl } from './server-control.ts';

export interface PageParts {
  readonly process: ProcessFacts;
  /** Absent while nobody can change servers: actions are denied. */
  readonly control: ServerControl | undefined;
}

/** For `Makers.page`. */
export function makePage(setting: Setting, parts: PageParts): OwnPage | undefined {
  const { proxy } = setting;
  return proxy.statistics === undefined ? undefined : new Page(proxy.statistics, setting, parts);
}

class Page implements OwnPage {
  readonly #page: StatisticsPage;
  readonly #proxy: Proxy;
  readonly #environment: ProxyEnvironment;
  readonly #setting: Setting;
  readonly #parts: PageParts;
  readonly #access: ReturnType<typeof compileAccess>;
  readonly #admin: ReturnType<typeof compileAdmin>;
  readonly #subject = new Subject();

  constructor(page: StatisticsPage, setting: Setting, parts: PageParts) {
    this.#page = page;
    this.#proxy = setting.proxy;
    this.#environment = setting.environment;
    this.#setting = setting;
    this.#parts = parts;
    this.#access = compileAccess(page, setting);
    this.#admin = compileAdmin(page, setting);
  }

  answer(stream: Stream, now: number): Verdict | undefined {
    const method = stream.request?.head.method;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return undefined;
    const subject = this.#subject.begin(stream.session, stream, false, now);
    const target = subject.target?.pathAndQuery ?? '';
    if (!target.startsWith(this.#page.uri)) return undefined;
    const access = this.#access(subject);
    if (access.action === 'deny') return forbid();
    if (access.action === 'auth') return askForPassword(access.realm);
    const admin = this.#parts.control !== undefined && this.#admin(subject);
    const query = readQuery(target, this.#page.uri);
    if (method === 'POST') return this.#obey(stream, query, admin, now);
    return this.#show(query, admin, now);
  }

  #obey(stream: Stream, query: PageQuery, admin: boolean, now: number): Verdict {
    const back = `${query.hidesDown ? ';up' : ''}${query.noRefresh ? ';norefresh' : ''}`;
    const go = (outcome: string): Verdict => redirect(`${this.#page.uri};st=${outcome}${back}`);
    const { control } = this.#parts;
    const { request } = stream;
    if (!admin || control === undefined || request === undefined) return go('DENY');
    const body = request.body();
    const { size, reservedForRewriting } = this.#setting.ports.buffers;
    if (body.length >= size - reservedForRewriting) return go('EXCD');
    if (!request.bodyComplete) {
      const { startedAt, idle } = stream.times;
      const untilMs = startedAt + Math.max(0, idle) + (this.#proxy.timeouts.httpRequestMs ?? Infinity);
      return now >= untilMs ? tooLate() : { kind: 'wait', untilMs, next: 0 };
    }
    return go(obeyForm(toLatin1(body, 0, body.length), this.#environment.backends, control, now));
  }

  #show(query: PageQuery, admin: boolean, now: number): Verdict {
    const refresh = query.noRefresh ? 0 : this.#page.refresh;
    if (query.format === 'unserved') return notServed();
    return query.format === 'csv'
      ? content('text/plain', refresh, this.#csv(query, now))
      : content('text/html', refresh, this.#html(query, admin, now));
  }

  #csv(query: PageQuery, now: number): string {
    const rows = this.#proxies(query).flatMap((proxy) => this.#rows(proxy, query, now));
    return csvHeader + rows.map(csvLine).join('');
  }

  #html(query: PageQuery, admin: boolean, now: number): string {
    const { process } = this.#parts;
    const { hostName } = this.#environment;
    const connections = currentConnections(this.#environment);
    const head = pageHead({ page: this.#page, query, process, hostName, now, connections });
    const tables = this.#proxies(query).map((proxy) => this.#table(proxy, query, admin, now));
    return `${head}${tables.join('')}</body></html>\n`;
  }

  #proxies({ scope }: PageQuery): RunningProxy[] {
    const shown = runningProxies(this.#environment).filter(isShown);
    return shown.filter(({ settings }) => isInScope(this.#page, this.#proxy, settings.name, scope));
  }

  #rows(proxy: RunningProxy, { hidesDown }: PageQuery, now: number): StatRow[] {
    const context: BackContext = {
      now,
      legends: this.#page.showsLegends,
      maxConnections: this.#parts.process.maxConnections,
      tracked: (server) => this.#parts.control?.states.trackedBy(server),
      fullConnections: (backend) => fullConnections(backend, this.#environment, this.#parts.process.maxConnections),
    };
    return rowsOf(proxy, { ...allRows, hidesDown }, context);
  }

  #table(proxy: RunningProxy, query: PageQuery, admin: boolean, now: number): string {
    const { settings, id, back } = proxy;
    const { name, kind, mode, description } = settings;
    const legends = this.#page.showsLegends;
    const hasServers = (back?.servers.length ?? 0) > 0;
    const head: TableHead = {
      ...{ name, id, kind, mode, legends, admin, hasServers },
      ...(description === undefined ? {} : { description }),
    };
    const rows = this.#rows(proxy, query, now).map((row) => cellsOf(row, { legends, admin }));
    return tableBegin(head) + rows.join('') + tableEnd(head);
  }
}

const cells = {
  [ROW_TYPE.frontend]: frontendCells,
  [ROW_TYPE.backend]: backendCells,
  [ROW_TYPE.server]: serverCells,
  [ROW_TYPE.socket]: listenerCells,
} as const;

function cellsOf(row: StatRow, options: { legends: boolean; admin: boolean }): string {
  return cells[row.type as keyof typeof cells](row, options);
}
