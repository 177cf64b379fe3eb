import { parseAddress, toBytes } from '../../address.ts';
import type { LogFlags, LogVariable } from '../expressions.ts';
import type { SocketAddress } from '../runtime/session.ts';
import { latin1, octetText } from '../samples/values.ts';
import { toHex } from '../samples/converters/encodings.ts';
import type { Subject } from '../samples/subject.ts';
import { clfDate, logDate } from './dates.ts';
import { encodeCapture, hexadecimal, plainText, quoted } from './encode.ts';
import { lineVariables } from './request-line.ts';
import { requestStart, timeVariables } from './log-times.ts';
import { type VariableWriter, type Where, plus } from './variable-writer.ts';

const text =
  (read: (subject: Subject, where: Where) => string | undefined): VariableWriter =>
  (subject, flags, where) =>
    plainText(read(subject, where), flags, where.isLog);

const number =
  (read: (subject: Subject, where: Where) => number | undefined): VariableWriter =>
  (subject, _, where) =>
    String(read(subject, where) ?? 0);

/** Numbers that `+X` writes in hexadecimal, with at least so many digits. */
const hexable =
  (read: (subject: Subject, where: Where) => number, digits = 4): VariableWriter =>
  (subject, { hexadecimal: isHexadecimal }, where) => {
    const value = read(subject, where);
    return isHexadecimal ? hexadecimal(value, digits) : String(value);
  };

type Which = (subject: Subject) => SocketAddress | undefined;

const ip =
  (which: Which): VariableWriter =>
  (subject, flags, { isLog }) => {
    const socket = which(subject);
    if (socket === undefined) return plainText(undefined, flags, isLog);
    const parsed = flags.hexadecimal ? parseAddress(socket.address) : undefined;
    if (parsed !== undefined) return toHex(latin1(toBytes(parsed)));
    return plainText(socket.address || 'unix', flags, isLog);
  };

/** UNIX sockets have their listener's number instead. */
const port =
  (which: Which): VariableWriter =>
  (subject, flags, { isLog }) => {
    const socket = which(subject);
    if (socket === undefined) return plainText(undefined, flags, isLog);
    if (socket.address === '') return String(subject.session.listener.id);
    return flags.hexadecimal ? hexadecimal(socket.port, 4) : String(socket.port);
  };

const source: Which = ({ session }) => session.source;
const destination: Which = ({ session }) => session.destination;
const serverFrom: Which = ({ stream }) => stream?.serverFrom;
const serverTo: Which = ({ stream }) => stream?.serverTo;

type Side = 'request' | 'response';

const slotsOf = ({ session }: Subject, side: Side): number => session.frontend.front.capture[side].length;
const captured = ({ stream }: Subject, side: Side): readonly (string | undefined)[] =>
  (side === 'request' ? stream?.requestCaptures : stream?.responseCaptures) ?? [];

/** `{a|b}`; nothing without slots. */
const braced =
  (side: Side): VariableWriter =>
  (subject, flags) => {
    const slots = slotsOf(subject, side);
    if (slots === 0) return '';
    const values = captured(subject, side);
    const shown = Array.from({ length: slots }, (_, slot) => encodeCapture(values[slot] ?? '', flags));
    return quoted(`{${shown.join('|')}}`, flags);
  };

const listed =
  (side: Side): VariableWriter =>
  (subject, flags) => {
    const values = captured(subject, side);
    return Array.from({ length: slotsOf(subject, side) }, (_, slot) => {
      const value = values[slot];
      return quoted(value === undefined ? (flags.quoted ? '' : '-') : encodeCapture(value, flags), flags);
    }).join(' ');
  };

const frontendName = ({ session }: Subject): string => octetText(session.frontend.settings.name);

const connections = (_: Subject, { setting }: Where): number => {
  let sum = 0;
  for (const { current } of setting.environment.frontends.values()) sum += current;
  return sum;
};

const states = ({ stream }: Subject): string => (stream?.termination.cause ?? '-') + (stream?.termination.phase ?? '-');

/** Two more letters about the cookie, where the backend has one. */
const cookieStates = (subject: Subject): string => {
  const { stream } = subject;
  const cookies =
    stream?.backend?.back.cookie === undefined
      ? '--'
      : stream.termination.clientCookie + stream.termination.serverCookie;
  return states(subject) + cookies;
};

const milliseconds = (_: Subject, flags: LogFlags, since: number): string =>
  flags.hexadecimal ? hexadecimal(since, 2) : String(since).padStart(3, '0');

const startedAt = ({ stream, session }: Subject): number => stream?.times.startedAt ?? session.acceptedAt;

/** A date of this place. */
const local =
  (when: (subject: Subject) => number, write: (ms: number, offset: number) => string): VariableWriter =>
  (subject, _, { setting }) => {
    const ms = when(subject);
    return write(ms, setting.ports.zoneOffset(ms));
  };

/** Section 8.2.4. */
export const variableWriters: Readonly<Record<LogVariable, VariableWriter>> = {
  ...timeVariables,
  ...lineVariables,
  B: (subject) => plus(subject) + String(subject.stream?.bytesOut ?? 0),
  U: number(({ stream }) => stream?.bytesIn),
  CC: text(({ stream }) => stream?.capturedRequestCookie),
  CS: text(({ stream }) => stream?.capturedResponseCookie),
  H: text((_, { setting }) => octetText(setting.environment.hostName)),
  ID: text((subject, { setting, isLog }) => (isLog ? setting.uniqueId(subject) : subject.stream?.uniqueId)),
  ST: ({ stream }) => String(stream === undefined || stream.status === 0 ? -1 : stream.status),
  T: (subject) => clfDate(startedAt(subject), 0),
  Tl: local(startedAt, clfDate),
  t: local(startedAt, logDate),
  tr: local(requestStart, logDate),
  trg: (subject) => clfDate(requestStart(subject), 0),
  trl: local(requestStart, clfDate),
  Ts: hexable((subject) => Math.floor(startedAt(subject) / 1000)),
  ms: (subject, flags) => milliseconds(subject, flags, Math.floor(startedAt(subject) % 1000)),
  ac: number(connections),
  b: text(({ stream, session }) => octetText((stream?.backend?.settings ?? session.frontend.settings).name)),
  bc: number(({ stream }) => stream?.backend?.current),
  bi: ip(serverFrom),
  bp: port(serverFrom),
  bq: number(({ stream }) => stream?.backendQueue),
  ci: ip(source),
  cp: port(source),
  f: text(frontendName),
  fc: number(({ session }) => session.frontend.current),
  fi: ip(destination),
  fp: port(destination),
  ft: (subject, flags) => quoted(frontendName(subject) + (subject.session.tls === undefined ? '' : '~'), flags),
  hr: braced('request'),
  hrl: listed('request'),
  hs: braced('response'),
  hsl: listed('response'),
  lc: hexable(({ session }) => session.frontend.logged),
  pid: hexable((_, { setting }) => setting.ports.processId),
  rc: ({ stream }) => (stream?.redispatched === true ? '+' : '') + String(stream?.retries ?? 0),
  rt: hexable(({ stream }) => stream?.number ?? 0),
  s: text(({ stream }) => (stream?.server === undefined ? '<NOSRV>' : octetText(stream.server.settings.name))),
  sc: number(({ stream }) => stream?.server?.current),
  si: ip(serverTo),
  sp: port(serverTo),
  sq: number(({ stream }) => stream?.serverQueue),
  sslc: text(({ session }) => session.tls?.cipher),
  sslv: text(({ session }) => session.tls?.protocol),
  ts: states,
  tsc: cookieStates,
};
