import { schedulerFlagSchema, type SchedulerFlag } from '../../api/table.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown, type Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { Directive } from './lines.ts';
import { defined } from '../values.ts';
import { serviceNames, type ServiceName } from './services.ts';
import { number, oneOf, plain, quoted, value, yesNo } from './values.ts';

/** What both the file as a whole and a virtual service may say. */
export interface Settings {
  checkTimeout?: number | undefined;
  negotiateTimeout?: number | undefined;
  checkInterval?: number | undefined;
  failureCount?: number | undefined;
  quiescent?: boolean | undefined;
  fallback?: { readonly word: Word; readonly family: 4 | 6 } | undefined;
  fallback6?: { readonly word: Word; readonly family: 4 | 6 } | undefined;
  fallbackCommand?: string | undefined;
}

export interface GlobalSettings extends Settings {
  maintenanceDirectory?: string | undefined;
  fork?: boolean | undefined;
}

export type CheckType =
  'connect' | 'negotiate' | 'ping' | 'off' | 'on' | 'external' | 'external-perl' | { readonly connects: number };

export interface VirtualSettings extends Settings {
  checkType: CheckType;
  checkCommand: string;
  checkPort?: number | undefined;
  service?: ServiceName | undefined;
  request: string;
  receive: string;
  login?: string | undefined;
  password?: string | undefined;
  database: string;
  httpMethod: 'GET' | 'HEAD';
  virtualHost?: string | undefined;
  scheduler: string;
  flags: SchedulerFlag[];
  persistent?: number | undefined;
  netmask?: Word | undefined;
  protocol?: { readonly text: 'tcp' | 'udp' | 'fwm'; readonly at: Word } | undefined;
  onePacket: boolean;
  readonly reals: { readonly word: Word; readonly family: 4 | 6 }[];
}

type Handlers = Readonly<Record<string, (directive: Directive) => void>>;

/** Hands each directive to its function; unknown ones are reported with the nearest known. */
export function dispatch(reader: Reader, directives: readonly Directive[], handlers: Handlers, where: string): void {
  const known = Object.keys(handlers);
  for (const directive of directives) {
    const { text } = directive.key;
    const handler = Object.hasOwn(handlers, text) ? handlers[text] : undefined;
    if (handler) {
      handler(directive);
      continue;
    }
    const nearest = nearestWord(text, known);
    const message = `unknown directive "${shown(text)}" in ${where}`;
    const expected = `one of: ${known.join(', ')}`;
    reader.error(directive.key, message, nearest === undefined ? { expected } : { expected, nearest });
  }
}

function sharedHandlers(reader: Reader, into: Settings): Handlers {
  return {
    checktimeout: (line) => (into.checkTimeout = number(reader, line) ?? into.checkTimeout),
    negotiatetimeout: (line) => (into.negotiateTimeout = number(reader, line) ?? into.negotiateTimeout),
    checkinterval: (line) => (into.checkInterval = number(reader, line) ?? into.checkInterval),
    failurecount: (line) => (into.failureCount = number(reader, line) ?? into.failureCount),
    checkcount: ({ key }) =>
      reader.warn(key, 'checkcount is deprecated and counts pings of one attempt only; it is ignored', {
        expected: 'failurecount=NUMBER',
      }),
    quiescent: (line) => (into.quiescent = yesNo(reader, line) ?? into.quiescent),
    fallback: (line) => {
      const word = value(reader, line, 'ADDRESS:PORT gate');
      if (word) into.fallback = { word, family: 4 };
    },
    fallback6: (line) => {
      const word = value(reader, line, '[ADDRESS]:PORT gate');
      if (word) into.fallback6 = { word, family: 6 };
    },
    fallbackcommand: (line) => (into.fallbackCommand = plain(reader, line) ?? into.fallbackCommand),
    connecttimeout: ({ key }) => obsolete(reader, key, 'negotiatetimeout'),
    ...Object.fromEntries(
      ['emailalert', 'emailalertfreq', 'emailalertfrom', 'emailalertstatus', 'smtp'].map((name) => [
        name,
        noted(reader, 'this director sends no mail; it logs every change'),
      ]),
    ),
    cleanstop: (line) => {
      if (yesNo(reader, line) === false) reader.warn(line.key, 'the table always ends with the director');
    },
  };
}

/** Directives outside any virtual service. */
export function globalHandlers(reader: Reader, into: GlobalSettings): Handlers {
  return {
    ...sharedHandlers(reader, into),
    maintenancedir: (line) => (into.maintenanceDirectory = plain(reader, line) ?? into.maintenanceDirectory),
    fork: (line) => (into.fork = yesNo(reader, line) ?? into.fork),
    autoreload: (line) => {
      if (yesNo(reader, line) === true)
        reader.warn(line.key, 'a changed file is read on reload (SIGHUP), not by itself');
    },
    readdquiescent: (line) => void yesNo(reader, line),
    callback: noted(reader, 'nothing is called when the file is read again'),
    execute: noted(reader, 'the director starts no others'),
    logfile: () => undefined,
    supervised: () => undefined,
    timeout: ({ key }) => obsolete(reader, key, 'checktimeout and negotiatetimeout'),
  };
}

/** Directives of a virtual service. */
export function virtualHandlers(reader: Reader, into: VirtualSettings, family: 4 | 6): Handlers {
  const real = (wanted: 4 | 6) => (line: Directive) => {
    const word = value(reader, line, 'ADDRESS:PORT gate');
    if (!word) return;
    if (wanted === family) into.reals.push({ word, family });
    else
      reader.error(line.key, `"${line.key.text}" in an IPv${family} service`, {
        expected: family === 6 ? 'real6' : 'real',
      });
  };
  return {
    real: real(4),
    real6: real(6),
    ...sharedHandlers(reader, into),
    [family === 6 ? 'fallback' : 'fallback6']: ({ key }) =>
      reader.error(key, `"${key.text}" in an IPv${family} service`, {
        expected: family === 6 ? 'fallback6' : 'fallback',
      }),
    ...checkHandlers(reader, into),
    ...balancingHandlers(reader, into),
    servicename: () => undefined,
    comment: () => undefined,
    monitorfile: noted(reader, 'every check is in the log and in the events'),
    load: noted(reader, 'it has no effect in ldirectord either'),
  };
}

const checkTypes = ['connect', 'negotiate', 'ping', 'off', 'on', 'external', 'external-perl'] as const;

function checkHandlers(reader: Reader, into: VirtualSettings): Handlers {
  return {
    checktype: (line) => {
      const connects = /^\d{1,6}$/.test(line.value?.text ?? '') ? Number(line.value?.text) : undefined;
      into.checkType =
        connects === undefined
          ? (oneOf(reader, line, checkTypes) ?? into.checkType)
          : { connects: Math.max(1, connects) };
    },
    checkcommand: (line) => (into.checkCommand = plain(reader, line) ?? into.checkCommand),
    checkport: (line) => (into.checkPort = number(reader, line, 1, 65_535) ?? into.checkPort),
    service: (line) => (into.service = oneOf(reader, line, serviceNames) ?? into.service),
    request: (line) => (into.request = quoted(reader, line) ?? into.request),
    receive: (line) => (into.receive = quoted(reader, line) ?? into.receive),
    login: (line) => (into.login = quoted(reader, line) ?? into.login),
    passwd: (line) => (into.password = quoted(reader, line) ?? into.password),
    database: (line) => (into.database = quoted(reader, line) ?? into.database),
    secret: noted(reader, 'it belongs to the radius check, which is not built'),
    httpmethod: (line) => {
      const method = line.value && { ...line, value: { ...line.value, text: line.value.text.toUpperCase() } };
      into.httpMethod = oneOf(reader, method ?? line, ['GET', 'HEAD']) ?? into.httpMethod;
    },
    virtualhost: (line) => (into.virtualHost = plain(reader, line) ?? into.virtualHost),
  };
}

function balancingHandlers(reader: Reader, into: VirtualSettings): Handlers {
  return {
    scheduler: (line) => (into.scheduler = plain(reader, line) ?? into.scheduler),
    schedflags: (line) => {
      for (const name of plain(reader, line)?.split(',') ?? []) {
        const known = schedulerFlagSchema.options.find((option) => option === name);
        if (known) into.flags.push(known);
        else if (line.value)
          reader.error(line.value, `"${shown(name)}" is not a flag`, {
            expected: schedulerFlagSchema.options.join(', '),
            ...defined({ nearest: nearestWord(name, schedulerFlagSchema.options) }),
          });
      }
    },
    persistent: (line) => (into.persistent = number(reader, line, 1, 2_678_400) ?? into.persistent),
    netmask: (line) => (into.netmask = value(reader, line, '255.255.255.255') ?? into.netmask),
    protocol: (line) => {
      const text = oneOf(reader, line, ['tcp', 'udp', 'fwm']);
      if (text !== undefined) into.protocol = { text, at: line.value ?? line.key };
    },
    ops: (line) => (into.onePacket = yesNo(reader, line) ?? into.onePacket),
  };
}

function noted(reader: Reader, why: string): (directive: Directive) => void {
  return ({ key }) => reader.warn(key, `"${key.text}" has no effect here: ${why}`);
}

function obsolete(reader: Reader, key: Word, instead: string): void {
  reader.error(key, `"${key.text}" is no longer understood by ldirectord`, { expected: instead });
}
