import type { Bind, BindTls, SocketPermissions } from '../../engine/proxy/endpoints.ts';
import type { StatsSocket } from '../../engine/proxy/global.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import { defined } from '../values.ts';
import { bindEndpoints } from './addresses.ts';
import { basedOn, checkFile, warner, type Context } from './context.ts';
import type { TlsDraft } from './global-draft.ts';
import { LineError, notServed, type Line } from './line.ts';
import { integerArgument, oneOf, timeArgument } from './quantities.ts';
import { refuseUnservedTls, takeTlsWord, tlsSettings } from './tls-words.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface BindDraft {
  tls: TlsDraft;
  hasTls: boolean;
  certificates: string[];
  strictSni: boolean;
  verification: BindTls['clientVerification'];
  authorityFile?: string;
  permissions: Writable<SocketPermissions>;
  socket: Writable<Pick<StatsSocket, 'level' | 'severityOutput' | 'exposeListeners'>>;
  bind: Partial<Writable<Omit<Bind, 'tls' | 'endpoints' | 'permissions'>>>;
}

type Reading = (line: Line, draft: BindDraft, context: Context) => void;

/** Section 5.1. */
const bindWords: Readonly<Record<string, Reading>> = {
  ssl: (_, draft) => {
    draft.hasTls = true;
  },
  crt: (line, draft, context) => {
    const word = line.take('a file or a folder with certificates');
    const path = basedOn(context.globals.certificateFolder, word.text);
    draft.certificates.push(checkFile(context, word, path, true));
  },
  'strict-sni': (_, draft) => {
    draft.strictSni = true;
  },
  verify: (line, draft) => {
    draft.verification = oneOf(line.take('none, optional or required'), ['none', 'optional', 'required']);
  },
  'ca-file': (line, draft, context) => {
    const word = line.take('a file of authorities');
    draft.authorityFile = checkFile(context, word, basedOn(context.globals.authorityFolder, word.text));
  },
  'prefer-client-ciphers': (_, { tls }) => {
    tls.preferClientCiphers = true;
  },
  curves: (line, { tls }) => {
    tls.curves = line.take('a list of curves').text;
  },
  'accept-proxy': (_, { bind }) => {
    bind.acceptProxy = true;
  },
  'defer-accept': (_, { bind }) => {
    bind.deferAccept = true;
  },
  transparent: (_, { bind }) => {
    bind.transparent = true;
  },
  v4v6: (_, { bind }) => {
    bind.ipv6 = 'v4v6';
  },
  v6only: (_, { bind }) => {
    bind.ipv6 = 'v6only';
  },
  name: (line, { bind }) => {
    bind.name = line.take('a name').text;
  },
  id: (line, { bind }) => {
    bind.id = integerArgument(line, 1);
  },
  maxconn: (line, { bind }) => {
    bind.maxConnections = integerArgument(line, 1);
  },
  backlog: (line, { bind }) => {
    bind.backlog = integerArgument(line, 1);
  },
  interface: (line, { bind }) => {
    bind.interface = line.take('a network interface').text;
  },
  proto: (line, { bind }) => {
    bind.protocol = oneOf(line.take('h1 or h2'), ['h1', 'h2']);
  },
  'tcp-ut': (line, { bind }, context) => {
    bind.tcpUserTimeoutMs = timeArgument(line, 'ms', warner(context));
  },
  mode: (line, { permissions }) => {
    const word = line.take('an octal number');
    if (!/^[0-7]{1,4}$/.test(word.text)) throw new LineError(word, 'not an octal number', { expected: 'such as 660' });
    permissions.mode = Number.parseInt(word.text, 8);
  },
  user: (line, { permissions }) => {
    permissions.user = line.take('a user').text;
  },
  uid: (line, { permissions }) => {
    permissions.user = String(integerArgument(line));
  },
  group: (line, { permissions }) => {
    permissions.group = line.take('a group').text;
  },
  gid: (line, { permissions }) => {
    permissions.group = String(integerArgument(line));
  },
  level: (line, { socket }) => {
    socket.level = oneOf(line.take('user, operator or admin'), ['user', 'operator', 'admin']);
  },
  'severity-output': (line, { socket }) => {
    socket.severityOutput = oneOf(line.take('none, number or string'), ['none', 'number', 'string']);
  },
  'expose-fd': (line, { socket }) => {
    oneOf(line.take('listeners'), ['listeners']);
    socket.exposeListeners = true;
  },
};

/** Nothing that a client sees depends on them. */
const withoutEffect: Readonly<Record<string, number>> = { nice: 1, process: 1, thread: 1, shards: 1, mss: 1, tfo: 0 };

const unserved = new Set(['accept-netscaler-cip', 'namespace', 'crl-file', 'ca-verify-file']);

/** `bind ADDRESSES WORDS…` from behind the keyword on. Throws LineError. */
export function readBind(line: Line, context: Context): Bind {
  return readBindWords(line, context).bind;
}

/** `stats socket ADDRESS WORDS…` from behind these words on. Throws LineError. */
export function readStatsSocket(line: Line, context: Context): StatsSocket {
  const { bind, draft } = readBindWords(line, context);
  return { bind, ...draft.socket, permissions: draft.permissions };
}

function readBindWords(line: Line, context: Context): { bind: Bind; draft: BindDraft } {
  const endpoints = bindEndpoints(line.take('addresses such as 192.168.1.200:80'));
  const draft: BindDraft = {
    tls: { ...context.globals.bindTls },
    hasTls: false,
    certificates: [],
    strictSni: false,
    verification: 'none',
    permissions: {},
    socket: { level: 'operator', severityOutput: 'none', exposeListeners: false },
    bind: {},
  };
  while (!line.isDone) takeWord(line, draft, context);
  const tls = draft.hasTls ? readTls(line, draft) : undefined;
  if (!draft.hasTls && draft.certificates.length > 0)
    context.reader.warn(line.keyword, '"crt" without "ssl" does nothing');
  const permissions = Object.keys(draft.permissions).length === 0 ? undefined : draft.permissions;
  const flags = { acceptProxy: false, deferAccept: false, transparent: false };
  return { bind: { ...flags, endpoints, ...draft.bind, ...defined({ tls, permissions }) }, draft };
}

function takeWord(line: Line, draft: BindDraft, context: Context): void {
  const { next } = line;
  refuseUnservedTls(line);
  if (takeTlsWord(line, draft.tls)) return;
  const read = Object.hasOwn(bindWords, next.text) ? bindWords[next.text] : undefined;
  if (read) {
    line.take('');
    read(line, draft, context);
    return;
  }
  const idle = Object.hasOwn(withoutEffect, next.text) ? withoutEffect[next.text] : undefined;
  if (idle !== undefined) {
    line.take('');
    if (idle === 1) line.take('a value');
    context.reader.warn(next, `"${next.text}" has no effect in this director`);
    return;
  }
  if (unserved.has(next.text)) throw notServed(next);
  const nearest = nearestWord(next.text, Object.keys(bindWords));
  throw new LineError(
    next,
    `unknown word "${shown(next.text)}" in a bind line`,
    nearest === undefined ? {} : { nearest },
  );
}

function readTls(line: Line, draft: BindDraft): BindTls {
  const { certificates, strictSni, verification, authorityFile, tls } = draft;
  if (certificates.length === 0)
    throw new LineError(line.keyword, '"ssl" without a certificate', { expected: '"crt" and a file or a folder' });
  if (verification !== 'none' && authorityFile === undefined)
    throw new LineError(line.keyword, `"verify ${verification}" without authorities`, { expected: '"ca-file"' });
  return {
    ...tlsSettings(line, tls),
    certificates,
    strictSni,
    preferClientCiphers: tls.preferClientCiphers ?? false,
    clientVerification: verification,
    ...defined({ curves: tls.curves, authorityFile }),
  };
}
