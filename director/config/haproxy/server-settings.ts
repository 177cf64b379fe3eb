import type { SampleExpression } from '../../engine/proxy/expressions.ts';
import type { SourceAddress } from '../../engine/proxy/endpoints.ts';
import { proxyV2Options, type InitialAddress, type ProxyV2Option, type Server } from '../../engine/proxy/servers.ts';
import { parseAddress } from '../../engine/address.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { hostAlone, hostWithPort, sourceAddress } from './addresses.ts';
import { basedOn, checkFile, warner, type Context } from './context.ts';
import type { TlsDraft } from './global-draft.ts';
import { LineError, notServed, type Line } from './line.ts';
import { integerArgument, oneOf, time, timeArgument } from './quantities.ts';
import { parseSample } from './sample.ts';
import type { Scope } from './scope.ts';
import { protocols, refuseUnservedTls, takeTlsWord } from './tls-words.ts';

/** What server and default-server lines say; absent: nothing. */
export interface ServerSettings {
  weight?: number;
  backup?: boolean;
  disabled?: boolean;
  cookie?: string;
  id?: number;
  maxConnections?: number;
  minConnections?: number;
  maxQueue?: number;
  check?: boolean;
  interval?: number;
  fastInterval?: number;
  downInterval?: number;
  rise?: number;
  fall?: number;
  checkHost?: string;
  checkPort?: number;
  checkTls?: boolean;
  checkServerName?: string;
  checkAlpn?: readonly string[];
  checkSendProxy?: boolean;
  agent?: boolean;
  agentInterval?: number;
  agentPort?: number;
  agentHost?: string;
  agentSend?: string;
  track?: Word;
  observe?: Server['observe'];
  errorLimit?: number;
  onError?: Server['onError'];
  onMarkedDown?: Server['onMarkedDown'];
  onMarkedUp?: Server['onMarkedUp'];
  slowStartMs?: number;
  tls?: boolean;
  verify?: 'none' | 'required';
  authorityFile?: string;
  revocationFile?: string;
  certificate?: string;
  serverName?: SampleExpression;
  verifyHost?: string;
  sessionReuse?: boolean;
  tlsWords: TlsDraft;
  sendProxy?: 'v1' | 'v2' | undefined;
  proxyV2?: readonly ProxyV2Option[];
  redirectPrefix?: string;
  source?: SourceAddress;
  sticky?: boolean;
  maxReuse?: number;
  poolMax?: number;
  poolLow?: number;
  poolPurgeMs?: number;
  protocol?: 'h1' | 'h2';
  webSocket?: Server['webSocket'];
  initialAddress?: readonly InitialAddress[];
  preferredFamily?: 4 | 6;
  tcpUserTimeoutMs?: number;
}

export interface ServerPlace {
  readonly context: Context;
  readonly scope: Scope;
  readonly isDefault: boolean;
}

type Reading = (line: Line, settings: ServerSettings, place: ServerPlace) => void;

const text =
  (key: 'cookie' | 'verifyHost' | 'redirectPrefix' | 'agentSend' | 'checkServerName'): Reading =>
  (line, settings) => {
    settings[key] = line.take('a value').text;
  };

const number =
  (
    key:
      | 'maxConnections'
      | 'minConnections'
      | 'maxQueue'
      | 'rise'
      | 'fall'
      | 'checkPort'
      | 'agentPort'
      | 'errorLimit'
      | 'weight',
    min: number,
    max?: number,
  ): Reading =>
  (line, settings) => {
    settings[key] = integerArgument(line, min, max);
  };

const flag =
  (
    key: 'backup' | 'disabled' | 'check' | 'checkTls' | 'checkSendProxy' | 'agent' | 'tls' | 'sessionReuse' | 'sticky',
    value: boolean,
  ): Reading =>
  (_, settings) => {
    settings[key] = value;
  };

const positiveTime =
  (key: 'interval' | 'fastInterval' | 'downInterval' | 'agentInterval'): Reading =>
  (line, settings, { context }) => {
    const word = line.take('a time such as 2s');
    const value = time(word, 'ms', warner(context));
    if (value === 0) throw new LineError(word, `"${word.text}" is no time between checks`, { expected: '1ms or more' });
    settings[key] = value;
  };

const file =
  (key: 'authorityFile' | 'revocationFile' | 'certificate'): Reading =>
  (line, settings, { context }) => {
    const word = line.take('a file');
    const { authorityFolder, certificateFolder } = context.globals;
    const path = basedOn(key === 'certificate' ? certificateFolder : authorityFolder, word.text);
    settings[key] = path.startsWith('@') ? path : checkFile(context, word, path);
  };

const sendProxy =
  (version: 'v1' | 'v2' | undefined): Reading =>
  (_, settings) => {
    settings.sendProxy = version;
  };

/** Section 5.2. */
const serverWords: Readonly<Record<string, Reading>> = {
  weight: number('weight', 0, 256),
  backup: flag('backup', true),
  'no-backup': flag('backup', false),
  disabled: flag('disabled', true),
  enabled: flag('disabled', false),
  cookie: text('cookie'),
  id: (line, settings) => {
    settings.id = integerArgument(line, 1);
  },
  maxconn: number('maxConnections', 0),
  minconn: number('minConnections', 0),
  maxqueue: number('maxQueue', 0),
  check: flag('check', true),
  'no-check': flag('check', false),
  inter: positiveTime('interval'),
  fastinter: positiveTime('fastInterval'),
  downinter: positiveTime('downInterval'),
  rise: number('rise', 1),
  fall: number('fall', 1),
  addr: (line, settings) => {
    const word = line.take('an address');
    const { host, port } = hostWithPort(word, word.text, 0);
    settings.checkHost = host;
    settings.agentHost ??= host;
    if (port !== 0) settings.checkPort = port;
  },
  port: number('checkPort', 1, 65_535),
  'check-ssl': flag('checkTls', true),
  'no-check-ssl': flag('checkTls', false),
  'check-sni': text('checkServerName'),
  'check-alpn': (line, settings) => {
    settings.checkAlpn = protocols(line);
  },
  'check-send-proxy': flag('checkSendProxy', true),
  'no-check-send-proxy': flag('checkSendProxy', false),
  'agent-check': flag('agent', true),
  'no-agent-check': flag('agent', false),
  'agent-inter': positiveTime('agentInterval'),
  'agent-port': number('agentPort', 1, 65_535),
  'agent-addr': (line, settings) => {
    settings.agentHost = hostAlone(line.take('an address'));
  },
  'agent-send': text('agentSend'),
  track: (line, settings) => {
    settings.track = line.take('a server, or a backend and its server: backend/server');
  },
  observe: (line, settings, { scope }) => {
    const word = line.take('none, layer4 or layer7');
    settings.observe = oneOf(word, ['none', 'layer4', 'layer7']);
    if (settings.observe === 'layer7' && scope.mode !== 'http')
      throw new LineError(word, '"observe layer7" is for HTTP', { expected: 'mode http' });
  },
  'error-limit': number('errorLimit', 1),
  'on-error': (line, settings) => {
    const actions = ['fastinter', 'fail-check', 'sudden-death', 'mark-down'] as const;
    settings.onError = oneOf(line.take(actions.join(', ')), actions);
  },
  'on-marked-down': (line, settings) => {
    settings.onMarkedDown = oneOf(line.take('shutdown-sessions'), ['shutdown-sessions']);
  },
  'on-marked-up': (line, settings) => {
    settings.onMarkedUp = oneOf(line.take('shutdown-backup-sessions'), ['shutdown-backup-sessions']);
  },
  slowstart: (line, settings, { context }) => {
    settings.slowStartMs = timeArgument(line, 'ms', warner(context));
  },
  ssl: flag('tls', true),
  'no-ssl': flag('tls', false),
  verify: (line, settings) => {
    settings.verify = oneOf(line.take('none or required'), ['none', 'required']);
  },
  'ca-file': file('authorityFile'),
  'crl-file': file('revocationFile'),
  crt: file('certificate'),
  sni: (line, settings, { scope }) => {
    const word = line.take('a sample such as req.hdr(host) or str(www.example.org)');
    const { sample, end } = parseSample(word, scope);
    if (end < word.text.length) throw new LineError(word, `"${shown(word.text)}" is not a sample`);
    settings.serverName = sample;
  },
  verifyhost: text('verifyHost'),
  'ssl-reuse': flag('sessionReuse', true),
  'no-ssl-reuse': flag('sessionReuse', false),
  'send-proxy': sendProxy('v1'),
  'no-send-proxy': sendProxy(undefined),
  'send-proxy-v2': sendProxy('v2'),
  'no-send-proxy-v2': sendProxy(undefined),
  'send-proxy-v2-ssl': (_, settings) => {
    Object.assign(settings, { sendProxy: 'v2', proxyV2: ['ssl'] });
  },
  'send-proxy-v2-ssl-cn': (_, settings) => {
    Object.assign(settings, { sendProxy: 'v2', proxyV2: ['ssl', 'cert-cn'] });
  },
  'proxy-v2-options': (line, settings) => {
    const word = line.take(proxyV2Options.join(','));
    settings.proxyV2 = word.text.split(',').map((option) => oneOf({ ...word, text: option }, proxyV2Options));
    settings.sendProxy = 'v2';
  },
  redir: text('redirectPrefix'),
  source: (line, settings) => {
    const source = sourceAddress(line.take('an address'), true);
    if (line.peek() === 'usesrc') throw notServed(line.next);
    settings.source = line.takeIf('interface')
      ? { ...source, interface: line.take('a network interface').text }
      : source;
  },
  stick: flag('sticky', true),
  'non-stick': flag('sticky', false),
  'max-reuse': (line, settings) => {
    settings.maxReuse = integerArgument(line, -1);
  },
  'pool-max-conn': (line, settings) => {
    settings.poolMax = integerArgument(line, -1);
  },
  'pool-low-conn': (line, settings) => {
    settings.poolLow = integerArgument(line);
  },
  'pool-purge-delay': (line, settings, { context }) => {
    settings.poolPurgeMs = timeArgument(line, 'ms', warner(context));
  },
  proto: (line, settings) => {
    settings.protocol = oneOf(line.take('h1 or h2'), ['h1', 'h2']);
  },
  ws: (line, settings) => {
    settings.webSocket = oneOf(line.take('auto, h1 or h2'), ['auto', 'h1', 'h2']);
  },
  'init-addr': (line, settings) => {
    const word = line.take('last, libc, none or an address, apart by commas');
    settings.initialAddress = word.text.split(',').map((part) => initialAddress(word, part));
  },
  'resolve-prefer': (line, settings) => {
    settings.preferredFamily = oneOf(line.take('ipv4 or ipv6'), ['ipv4', 'ipv6']) === 'ipv4' ? 4 : 6;
  },
  'tcp-ut': (line, settings, { context }) => {
    settings.tcpUserTimeoutMs = timeArgument(line, 'ms', warner(context));
  },
};

function initialAddress(word: Word, part: string): InitialAddress {
  if (part === 'last' || part === 'libc' || part === 'none') return { from: part };
  if (parseAddress(part)) return { from: 'address', address: part };
  throw new LineError(word, `"${shown(part)}" is not a way to an address`, {
    expected: 'last, libc, none or an address',
  });
}

const unserved = new Set([
  ...['namespace', 'socks4', 'check-via-socks4', 'resolvers', 'resolve-net', 'resolve-opts', 'log-proto', 'usesrc'],
  ...['check-proto', 'tfo', 'no-tfo', 'no-send-proxy-v2-ssl', 'no-send-proxy-v2-ssl-cn', 'init-state'],
]);

const notByDefault = new Set(['id']);

/** The words behind a server's address, or behind `default-server`. Throws LineError. */
export function readServerWords(line: Line, settings: ServerSettings, place: ServerPlace): void {
  while (!line.isDone) {
    const { next } = line;
    refuseUnservedTls(line);
    if (takeTlsWord(line, settings.tlsWords)) continue;
    const read = Object.hasOwn(serverWords, next.text) ? serverWords[next.text] : undefined;
    if (!read) throw unknownWord(next);
    line.take('');
    if (place.isDefault && notByDefault.has(next.text))
      throw new LineError(next, `"${next.text}" cannot be the default of all servers`);
    read(line, settings, place);
  }
}

function unknownWord(word: Word): LineError {
  if (unserved.has(word.text)) return notServed(word);
  const nearest = nearestWord(word.text, Object.keys(serverWords));
  const details = nearest === undefined ? {} : { nearest };
  return new LineError(word, `unknown word "${shown(word.text)}" in a server line`, details);
}
