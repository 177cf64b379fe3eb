import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { Context } from './context.ts';
import { hasBack, hasFront, type Draft } from './drafts.ts';
import { plainOptions } from './options.ts';
import type { Reference } from './scope.ts';
import { splitOnce } from './sample.ts';
import type { Sections } from './sections.ts';

/** What only a whole file shows: names that nothing has, modes that do not fit, settings that do nothing. */
export function checkProxies(sections: Sections, context: Context): void {
  const { proxies } = sections;
  const listens = proxies.some((draft) => hasFront(draft) && !draft.disabled && draft.front.binds.length > 0);
  if (!listens)
    context.reader.error({ text: '', line: 1, column: 1 }, 'nothing in this file listens', {
      expected: 'a frontend or a listen that is not disabled, with a "bind"',
    });
  for (const reference of context.references) checkReference(reference, sections, context);
  checkIds(proxies, context);
  for (const draft of proxies.filter(({ disabled }) => !disabled)) {
    if (hasFront(draft)) checkFront(draft, proxies, context);
    if (hasBack(draft)) checkBack(draft, proxies, context);
    checkTimeouts(draft, context);
    if (draft.mode === 'tcp') warnOfHttp(draft, context);
    checkLogs(draft, context);
  }
}

function report(context: Context, at: Word, message: string, name: string, known: readonly string[]): void {
  const nearest = nearestWord(name, known);
  context.reader.error(at, message, nearest === undefined ? {} : { nearest });
}

function checkReference(reference: Reference, sections: Sections, context: Context): void {
  const { at, kind, name } = reference;
  const { proxies, userlists } = sections;
  // In defaults, names that are left out are those of the proxies to come.
  if (name === '') return;
  if (kind === 'userlist') {
    const names = userlists.map((list) => list.name);
    if (!names.includes(name)) report(context, at, `there is no userlist "${shown(name)}"`, name, names);
  } else if (kind === 'server') checkServerReference(at, reference.backend, name, sections, context);
  else if (kind === 'table') {
    const names = proxies.filter(({ stickTable }) => stickTable).map((draft) => draft.name);
    if (!names.includes(name)) report(context, at, `there is no stick table "${shown(name)}"`, name, names);
  } else {
    const names = proxies.filter(kind === 'backend' ? hasBack : hasFront).map((draft) => draft.name);
    if (!names.includes(name)) report(context, at, `there is no ${kind} "${shown(name)}"`, name, names);
  }
}

function checkServerReference(at: Word, backend: string, name: string, { proxies }: Sections, context: Context): void {
  const proxy = proxies.find((draft) => hasBack(draft) && draft.name === backend);
  const names = proxy?.back.servers.map(({ server }) => server.name) ?? [];
  if (!proxy)
    report(
      context,
      at,
      `there is no backend "${shown(backend)}"`,
      backend,
      proxies.map((one) => one.name),
    );
  else if (!names.includes(name)) report(context, at, `"${backend}" has no server "${shown(name)}"`, name, names);
}

function checkIds(proxies: readonly Draft[], context: Context): void {
  const known = new Map<number, Draft>();
  for (const draft of proxies) {
    if (!draft.id) continue;
    const { at, value } = draft.id;
    const other = known.get(value);
    if (other) context.reader.error(at, `the id ${value} is that of ${other.kind} "${other.name}" already`);
    known.set(value, draft);
  }
}

function checkFront(draft: Draft, proxies: readonly Draft[], context: Context): void {
  const { front, back } = draft;
  if (front.binds.length === 0)
    context.reader.warn(draft.at, `the ${draft.kind} "${draft.name}" has no "bind", so nobody can reach it`);
  if (front.defaultBackend) {
    checkTarget(front.defaultBackend, draft, proxies, context);
    if (back.servers.length > 0)
      context.reader.warn(front.defaultBackend, 'all goes to this backend: the servers here will never be used');
  }
  for (const { name } of front.useBackend) if (!name.text.includes('%')) checkTarget(name, draft, proxies, context);
}

function checkTarget(word: Word, draft: Draft, proxies: readonly Draft[], context: Context): void {
  const backends = proxies.filter(hasBack);
  const target = backends.find(({ name }) => name === word.text);
  if (!target) {
    const names = backends.map(({ name }) => name);
    report(context, word, `there is no backend "${shown(word.text)}"`, word.text, names);
  } else if (target === draft) context.reader.error(word, `"${draft.name}" cannot be its own backend`);
  else if (draft.mode === 'http' && target.mode === 'tcp')
    context.reader.error(word, `the backend "${target.name}" is of mode tcp, and "${draft.name}" of mode http`, {
      expected: 'the same mode',
    });
}

function checkBack(draft: Draft, proxies: readonly Draft[], context: Context): void {
  const { back } = draft;
  const { reader } = context;
  checkServers(draft, proxies, context);
  if (back.balance && draft.options.get('transparent') === 'on')
    reader.error(draft.at, `"${draft.name}" cannot both balance and be transparent`);
  if (back.balance && back.dispatch) reader.warn(draft.at, '"dispatch" does nothing beside "balance"');
  const { steps, disableOn404, sendState } = back.httpCheck;
  if (back.checkKind !== 'http' && (steps.length > 0 || disableOn404 || sendState))
    reader.warn(draft.seen.get('http-check') ?? draft.at, '"http-check" does nothing without "option httpchk"');
  if (back.checkKind !== 'tcp' && back.tcpCheck.length > 0)
    reader.warn(draft.seen.get('tcp-check') ?? draft.at, '"tcp-check" does nothing without "option tcp-check"');
  checkUseServer(draft, context);
}

function checkUseServer({ back, name: proxy }: Draft, context: Context): void {
  const names = back.servers.map(({ server }) => server.name);
  for (const { name } of back.useServer)
    if (!name.text.includes('%') && !names.includes(name.text))
      report(context, name, `"${proxy}" has no server "${shown(name.text)}"`, name.text, names);
}

function checkServers(draft: Draft, proxies: readonly Draft[], context: Context): void {
  const names = new Map<string, number>();
  const ids = new Set<number>();
  for (const { at, server, tracks } of draft.back.servers) {
    const before = names.get(server.name);
    const { id } = server;
    if (id !== undefined && ids.has(id)) context.reader.error(at, `the id ${id} is that of another server`);
    else if (before !== undefined && id === undefined)
      context.reader.error(at, `there is a server "${server.name}" already, in line ${before}`);
    if (id === undefined) names.set(server.name, at.line);
    else ids.add(id);
    if (!server.handshake && checksUseTls(draft.back))
      context.reader.error(at, `checks of "${server.name}" use TLS, and no authority is given`, {
        expected: '"ca-file" and a file, or "verify none"',
      });
    if (tracks) checkTracking(tracks, draft, proxies, context);
    if (draft.mode === 'tcp' && server.redirectPrefix !== undefined)
      context.reader.error(at, '"redir" is for HTTP', { expected: 'mode http' });
    if (draft.mode === 'tcp' && server.cookie !== undefined)
      context.reader.warn(at, `the cookie of "${server.name}" does nothing: the mode is tcp`);
  }
}

const checksUseTls = ({ httpCheck, tcpCheck }: Draft['back']): boolean =>
  [...httpCheck.steps, ...tcpCheck].some((step) => step.action === 'connect' && step.tls);

function checkTracking(at: Word, draft: Draft, proxies: readonly Draft[], context: Context): void {
  let [backend, name] = at.text.includes('/') ? splitOnce(at.text) : [draft.name, at.text];
  // As far as servers go that track each other; more steps than servers are a circle.
  const steps = proxies.reduce((sum, { back }) => sum + back.servers.length, 0);
  for (let step = 0; step <= steps; step++) {
    const owner = proxies.find((one) => hasBack(one) && one.name === backend);
    const found = owner?.back.servers.find(({ server }) => server.name === name);
    if (!found) {
      context.reader.error(at, `there is no server "${shown(`${backend}/${name}`)}" to track`);
      return;
    }
    if (!found.tracks) {
      if (!found.server.check && !found.server.agent)
        context.reader.error(at, `"${backend}/${name}" has no checks whose outcome could be taken over`);
      return;
    }
    const next = found.tracks.text;
    [backend, name] = next.includes('/') ? splitOnce(next) : [backend, next];
  }
  context.reader.error(at, 'servers track each other in a circle');
}

function checkTimeouts({ timeouts, mode, kind, name, at, back, ...draft }: Draft, { reader }: Context): void {
  const whole = { kind, ...draft };
  const frontLacks = hasFront(whole) && timeouts.clientMs === undefined;
  const serverLacks = timeouts.serverMs === undefined && (mode === 'http' || timeouts.tunnelMs === undefined);
  const backLacks = hasBack(whole) && back.servers.length > 0 && (timeouts.connectMs === undefined || serverLacks);
  if (!frontLacks && !backLacks) return;
  const missing = [
    ...(frontLacks ? ['client'] : []),
    ...(backLacks && timeouts.connectMs === undefined ? ['connect'] : []),
    ...(backLacks && serverLacks ? ['server'] : []),
  ];
  reader.warn(at, `the ${kind} "${name}" has no timeout for ${missing.join(', ')}: dead connections would never end`, {
    expected: missing.map((one) => `"timeout ${one}"`).join(', '),
  });
}

/** Keywords that are for HTTP only; options have theirs in options.ts. */
const httpKeywords = ['stats', 'capture', 'http-request', 'http-response', 'http-after-response', 'redirect'];

function warnOfHttp(draft: Draft, { reader }: Context): void {
  // With "switch-mode http", a connection of this frontend may become one of HTTP.
  if (draft.rules.tcpContent.some(({ action }) => action === 'switch-mode-http')) return;
  const { cookie } = draft.back;
  if (hasBack(draft) && cookie)
    reader.warn(draft.seen.get('cookie') ?? draft.at, `"cookie" does nothing in "${draft.name}": its mode is tcp`);
  for (const keyword of [...httpKeywords, 'option forwardfor', 'option originalto']) {
    const at = draft.seen.get(keyword);
    if (at) reader.warn(at, `"${keyword}" does nothing in "${draft.name}": its mode is tcp`);
  }
  for (const [name, { http }] of Object.entries(plainOptions)) {
    const at = draft.seen.get(`option ${name}`);
    if (http === true && at && draft.options.get(name) === 'on')
      reader.warn(at, `the option "${name}" does nothing in "${draft.name}": its mode is tcp`);
  }
}

function checkLogs(draft: Draft, { reader }: Context): void {
  if (!hasFront(draft) || !draft.logFormat) return;
  const at = draft.logFormat.kind === 'own' ? draft.logFormat.word : draft.at;
  const { kind } = draft.logFormat;
  if (draft.mode === 'tcp' && kind !== 'own' && kind !== 'tcplog')
    reader.warn(at, `"${draft.name}" is of mode tcp: its log lines are those of "option tcplog"`);
  if (draft.logs.length === 0) reader.warn(at, `"${draft.name}" has a log format, and no "log" that says where to`);
}
