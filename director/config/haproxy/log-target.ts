import type { LogTarget } from '../../engine/proxy/global.ts';
import { logLevels, type LogLevel } from '../../engine/proxy/rules.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { hostWithPort, splitAddress } from './addresses.ts';
import { LineError, notServed, type Line } from './line.ts';
import { integerArgument, oneOf } from './quantities.ts';

const formats = ['local', 'rfc3164', 'rfc5424', 'priority', 'short', 'timed', 'iso', 'raw'] as const;

const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'auth2', 'ftp'],
  ...['ntp', 'audit', 'alert', 'cron2', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const;

/** Section 4.2 `log`, from its first argument on: `global` is read elsewhere. Throws LineError. */
export function readLogTarget(line: Line): LogTarget {
  const address = line.take('"global", or an address and a facility');
  const maximumLength = line.takeIf('len') ? integerArgument(line, 80, 65_535) : 1024;
  const format = line.takeIf('format') ? oneOf(line.take(formats.join(', ')), formats) : undefined;
  if (line.peek() === 'sample') throw notServed(line.next, 'a sample of log lines');
  const facility = oneOf(line.take(facilities.join(', ')), facilities);
  const level = takeLevel(line, 'debug');
  const atMost = takeLevel(line, 'emerg');
  line.end();
  const to = targetOf(address);
  return {
    to,
    maximumLength,
    format: format ?? 'local',
    facility,
    level,
    atMost,
  };
}

function takeLevel(line: Line, otherwise: LogLevel): LogLevel {
  return line.isDone ? otherwise : oneOf(line.take(''), logLevels);
}

function targetOf(word: Word): LogTarget['to'] {
  const { text } = word;
  if (text === 'stdout' || text === 'stderr') return { kind: 'descriptor', descriptor: text === 'stdout' ? 1 : 2 };
  if (text.startsWith('ring@')) throw notServed(word, 'a ring of log lines');
  if (/^(?:tcp[46]?@|stream\+)/.test(text)) throw notServed(word, 'a log over TCP');
  const bare = text.replace(/^(?:dgram\+|uxdg@)/, (prefix) => (prefix === 'uxdg@' ? 'unix@' : ''));
  const inet = bare.replace(/^udp([46]?)@/, (_, family: string) => (family === '' ? 'ip@' : `ipv${family}@`));
  const parts = splitAddress(word, inet);
  if (parts.kind === 'descriptor') return parts;
  if (parts.kind === 'inet') return { kind: 'udp', ...hostWithPort(word, inet, 514) };
  if (parts.abstract) throw notServed(word, 'an abstract socket for logs');
  if (parts.path === '') throw new LineError(word, `"${shown(text)}" has no path`);
  return { kind: 'unix', path: parts.path };
}
