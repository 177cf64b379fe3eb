import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { readStatsSocket } from './bind.ts';
import { warner, type Context } from './context.ts';
import type { GlobalDraft } from './global-draft.ts';
import { LineError, notServed, type Line } from './line.ts';
import { readLogTarget } from './log-target.ts';
import { integerArgument, oneOf, timeArgument } from './quantities.ts';
import { takeTlsWord } from './tls-words.ts';

type Reading = (line: Line, globals: GlobalDraft, context: Context) => void;

const one = (line: Line, expected: string): string => {
  const { text } = line.take(expected);
  line.end();
  return text;
};

const limit =
  (key: keyof GlobalDraft['limits']): Reading =>
  (line, { limits }) => {
    limits[key] = integerArgument(line);
    line.end();
  };

const buffer =
  (key: keyof GlobalDraft['buffers'], min: number, max?: number): Reading =>
  (line, { buffers }) => {
    buffers[key] = integerArgument(line, min, max);
    line.end();
  };

const options =
  (key: 'bindTls' | 'serverTls'): Reading =>
  (line, globals) => {
    while (!line.isDone) {
      if (line.peek() === 'prefer-client-ciphers' && key === 'bindTls') {
        line.take('');
        globals.bindTls.preferClientCiphers = true;
      } else if (!takeTlsWord(line, globals[key]))
        throw new LineError(line.next, `unknown option of TLS "${shown(line.peek())}"`);
    }
  };

const named =
  (key: 'user' | 'group' | 'chroot' | 'pidFile'): Reading =>
  (line, { process }) => {
    if (process[key] !== undefined) throw again(line.keyword);
    process[key] = one(line, 'a value');
  };

const again = (word: Word): LineError => new LineError(word, `"${word.text}" stands here for the second time`);

/** Section 3. */
const globalWords: Readonly<Record<string, Reading>> = {
  'ca-base': (line, globals) => {
    globals.authorityFolder = one(line, 'a folder');
  },
  'crt-base': (line, globals) => {
    globals.certificateFolder = one(line, 'a folder');
  },
  chroot: named('chroot'),
  daemon: (line, { process }) => {
    line.end();
    process.daemon = true;
  },
  description: (line, globals) => {
    const words = line.takeRest();
    if (words.length === 0) throw new LineError(line.next, 'a description is missing');
    globals.description = words.map(({ text }) => text).join(' ');
  },
  group: named('group'),
  gid: named('group'),
  'hard-stop-after': (line, { process }, context) => {
    process.hardStopAfterMs = timeArgument(line, 'ms', warner(context));
  },
  log: (line, globals) => {
    if (line.modifier === 'no') {
      line.end();
      globals.logs = [];
    } else if (line.peek() === 'global' && line.peek(1) === '')
      throw new LineError(line.next, '"global" is what is being said here', { expected: 'an address and a facility' });
    else globals.logs.push(readLogTarget(line));
  },
  'log-send-hostname': (line, globals) => {
    globals.logHostName = line.isDone ? '' : line.take('').text;
  },
  'log-tag': (line, globals) => {
    globals.logTag = one(line, 'a name for log lines');
  },
  maxconn: limit('connections'),
  maxconnrate: limit('connectionRate'),
  maxsessrate: limit('sessionRate'),
  maxsslconn: limit('tlsConnections'),
  maxsslrate: limit('tlsRate'),
  'max-spread-checks': (line, globals, context) => {
    globals.maxSpreadChecksMs = timeArgument(line, 'ms', warner(context));
    line.end();
  },
  node: (line, globals) => {
    const word = line.take('a name');
    if (!/^[\w.-]+$/.test(word.text)) throw new LineError(word, `"${shown(word.text)}" is not a node's name`);
    globals.node = word.text;
    line.end();
  },
  pidfile: named('pidFile'),
  'server-state-base': (line, globals) => {
    globals.serverStateFolder = one(line, 'a folder');
  },
  'server-state-file': (line, globals) => {
    globals.serverStateFile = one(line, 'a file');
  },
  'spread-checks': (line, globals) => {
    globals.spreadChecks = integerArgument(line, 0, 50);
    line.end();
  },
  'ssl-default-bind-ciphers': (line, { bindTls }) => {
    bindTls.ciphers = one(line, 'a list of ciphers');
  },
  'ssl-default-bind-ciphersuites': (line, { bindTls }) => {
    bindTls.cipherSuites = one(line, 'a list of ciphers');
  },
  'ssl-default-bind-curves': (line, { bindTls }) => {
    bindTls.curves = one(line, 'a list of curves');
  },
  'ssl-default-bind-options': options('bindTls'),
  'ssl-default-server-ciphers': (line, { serverTls }) => {
    serverTls.ciphers = one(line, 'a list of ciphers');
  },
  'ssl-default-server-ciphersuites': (line, { serverTls }) => {
    serverTls.cipherSuites = one(line, 'a list of ciphers');
  },
  'ssl-default-server-options': options('serverTls'),
  'ssl-server-verify': (line, globals) => {
    globals.serverVerify = oneOf(line.take('none or required'), ['none', 'required']);
    line.end();
  },
  stats: (line, globals, context) => readStats(line, globals, context),
  'tune.bufsize': buffer('size', 1),
  'tune.maxrewrite': buffer('reservedForRewriting', 1),
  'tune.http.maxhdr': buffer('headers', 1, 32_767),
  'tune.http.cookielen': buffer('capturedCookie', 0),
  'tune.http.logurilen': buffer('loggedUri', 0),
  uid: named('user'),
  user: named('user'),
  ...environmentWords(),
};

/** Section 3.1: what these say, later lines see. */
function environmentWords(): Record<string, Reading> {
  return {
    setenv: (line, _, { environment }) => {
      const name = line.take('a name and a value').text;
      environment.set(name, line.take('a value').text);
    },
    presetenv: (line, _, { environment }) => {
      const name = line.take('a name and a value').text;
      const value = line.take('a value').text;
      if (!environment.has(name)) environment.set(name, value);
    },
    unsetenv: (line, _, { environment }) => {
      const names = line.takeRest();
      if (names.length === 0) throw new LineError(line.next, 'a name is missing');
      for (const { text } of names) environment.delete(text);
    },
    resetenv: (line, _, { environment }) => {
      const kept = new Set(line.takeRest().map(({ text }) => text));
      for (const name of environment.keys()) if (!kept.has(name)) environment.delete(name);
    },
  };
}

function readStats(line: Line, globals: GlobalDraft, context: Context): void {
  const word = line.take('socket, timeout, maxconn or bind-process');
  switch (word.text) {
    case 'socket':
      globals.statsSockets.push(readStatsSocket(line, context));
      return;
    case 'timeout':
      globals.statsTimeoutMs = timeArgument(line, 'ms', warner(context));
      if (globals.statsTimeoutMs === 0) throw new LineError(word, 'a timeout of 0 would end every connection');
      return;
    case 'maxconn':
      globals.statsMaxConnections = integerArgument(line, 1);
      return;
    default:
      throw new LineError(word, `unexpected "${shown(word.text)}"`, { expected: 'socket, timeout or maxconn' });
  }
}

/** They concern HAProxy's own process, and nothing that a client or a server could see. */
const withoutEffect =
  /^(?:nbthread|thread-groups?|cpu-map|numa-cpu-mapping|master-worker|mworker-max-reloads|no-memory-trimming|noepoll|nokqueue|noevports|nopoll|busy-polling|set-dumpable|insecure-(?:fork|setuid)-wanted|nosplice|nogetaddrinfo|noreuseport|quiet|zero-warning|strict-limits|ulimit-n|fd-hard-limit|maxpipes|maxzlibmem|maxcompcpuusage|maxcomprate|profiling\.tasks|close-spread-time|ssl-dh-param-file|ssl-mode-async|ssl-propquery|h2-workaround-bogus-websocket-clients)$/;

/** `tune.` and one of these: what they tune is HAProxy's own. */
const idleTuning = new Set([
  ...['buffers.limit', 'buffers.reserve', 'comp.maxlevel', 'fail-alloc', 'fd.edge-triggered', 'idle-pool.shared'],
  ...['h2.header-table-size', 'h2.initial-window-size', 'h2.max-concurrent-streams', 'h2.max-frame-size'],
  ...['idletimer', 'listener.multi-queue', 'maxaccept', 'maxpollevents', 'pattern.cache-size', 'pipesize'],
  ...['peers.max-updates-at-once', 'pool-high-fd-ratio', 'pool-low-fd-ratio', 'rcvbuf.client', 'rcvbuf.server'],
  ...['recv_enough', 'runqueue-depth', 'sched.low-latency', 'sndbuf.client', 'sndbuf.server', 'ssl.cachesize'],
  ...['ssl.capture-buffer-size', 'ssl.capture-cipherlist-size', 'ssl.default-dh-param', 'ssl.force-private-cache'],
  ...['ssl.hard-maxrecord', 'ssl.keylog', 'ssl.lifetime', 'ssl.maxrecord', 'ssl.ssl-ctx-cache-size'],
  ...['vars.check-max-size', 'vars.global-max-size', 'vars.proc-max-size', 'vars.reqres-max-size'],
  ...['vars.sess-max-size', 'vars.txn-max-size', 'lua.forced-yield', 'lua.maxmem', 'lua.service-timeout'],
  ...['lua.session-timeout', 'lua.task-timeout', 'quic.frontend.conn-tx-buffers.limit'],
]);

const isIdle = (word: string): boolean =>
  withoutEffect.test(word) || (word.startsWith('tune.') && idleTuning.has(word.slice('tune.'.length)));

const unserved =
  /^(?:lua-[\w-]+|external-check|cluster-secret|localpeer|h1-case-adjust(?:-file)?|h1-accept-payload-with-any-method|default-path|httpclient\.[\w.-]+|issuers-chain-path|pp2-never-send-local|set-var(?:-fmt)?|ssl-load-extra-[\w-]+|ssl-skip-self-issued-ca|ssl-provider(?:-path)?|ssl-engine|unix-bind|expose-experimental-directives|grace|51degrees-[\w-]+|deviceatlas-[\w-]+|wurfl-[\w-]+)$/;

/** A line of `global`. Throws LineError. */
export function readGlobalLine(line: Line, context: Context): void {
  const { keyword } = line;
  const read = Object.hasOwn(globalWords, keyword.text) ? globalWords[keyword.text] : undefined;
  if (read) read(line, context.globals, context);
  else if (isIdle(keyword.text)) context.reader.warn(keyword, `"${keyword.text}" has no effect in this director`);
  else if (unserved.test(keyword.text)) throw notServed(keyword);
  else if (keyword.text === 'nbproc')
    throw new LineError(keyword, 'HAProxy 2.6 has no "nbproc" any more', { expected: 'nothing' });
  else {
    const nearest = nearestWord(keyword.text, Object.keys(globalWords));
    const message = `unknown word "${shown(keyword.text)}" in global`;
    throw new LineError(keyword, message, nearest === undefined ? {} : { nearest });
  }
}
