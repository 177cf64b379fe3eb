import type {
  CheckConfiguration,
  CheckTarget,
  CheckTiming,
  DnsCheckConfiguration,
  FileCheckConfiguration,
  ScriptCheckConfiguration,
  SmtpCheckConfiguration,
  UdpCheckConfiguration,
} from '../../engine/checks/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { choice, defined, flag, integer, seconds, single, text } from '../values.ts';
import { targetKeywords, type TargetDraft } from './check-target.ts';
import { alphaKeyword, fileCheckTiming, timingKeywords, timingOf, type TimingDraft } from './check-timing.ts';
import { readHttpCheck } from './http-check.ts';
import { notifyCommand } from './scripts.ts';
import { findTrackable, readWeight, type Trackables } from './vrrp-tracking.ts';

/** What a checker is told by the real server that it stands in; `startsDown` goes back. */
export interface CheckSurroundings {
  readonly timing: Readonly<TimingDraft>;
  readonly address: string;
  readonly port: number;
  readonly virtualHost: string | undefined;
  readonly alpha: { startsDown: boolean };
  readonly files: Trackables['files'];
}

/** One checker's block on its way into the model. */
export class CheckContext {
  readonly reader: Reader;
  readonly statement: Statement;
  readonly virtualHost: string | undefined;
  readonly #surroundings: CheckSurroundings;

  constructor(reader: Reader, statement: Statement, surroundings: CheckSurroundings) {
    this.reader = reader;
    this.statement = statement;
    this.virtualHost = surroundings.virtualHost;
    this.#surroundings = surroundings;
  }

  /** Reads the block with the words that all checkers share and those of this one. */
  read(kind: CheckConfiguration['kind'], keywords: Keywords): { timing: CheckTiming; target: TargetDraft } {
    const target = this.target();
    const draft = { ...this.#surroundings.timing };
    this.reader.block(this.reader.blockOf(this.statement), kind, {
      ...(kind === 'MISC_CHECK' ? { log_all_failures: () => undefined } : targetKeywords(this.reader, target)),
      ...timingKeywords(this.reader, draft),
      ...alphaKeyword(this.reader, this.#surroundings.alpha),
      ...keywords,
    });
    if (kind !== 'MISC_CHECK' && kind !== 'PING_CHECK' && target.port === 0)
      this.reader.error(this.statement.keyword, `${kind} does not know which port to ask`, {
        expected: 'connect_port NUMBER',
      });
    return { timing: timingOf(kind, draft), target };
  }

  get files(): Trackables['files'] {
    return this.#surroundings.files;
  }

  target(): TargetDraft {
    return { address: this.#surroundings.address, port: this.#surroundings.port };
  }
}

type CheckReader = (context: CheckContext) => readonly CheckConfiguration[];

/** Every checker of keepalived.conf(5) that this director has. */
export const checkReaders: Readonly<Record<string, CheckReader>> = {
  TCP_CHECK: (context) => [simpleCheck(context, 'TCP_CHECK')],
  PING_CHECK: (context) => [simpleCheck(context, 'PING_CHECK')],
  HTTP_GET: (context) => present(readHttpCheck(context, 'HTTP_GET')),
  SSL_GET: (context) => present(readHttpCheck(context, 'SSL_GET')),
  SMTP_CHECK: readSmtpChecks,
  DNS_CHECK: (context) => [readDnsCheck(context)],
  MISC_CHECK: (context) => present(readMiscCheck(context)),
  UDP_CHECK: (context) => [readUdpCheck(context)],
  FILE_CHECK: (context) => present(readFileCheck(context)),
};

/** Those that it does not have. */
export const missingCheckers: Readonly<Record<string, string>> = {
  BFD_CHECK: 'bidirectional forwarding detection is not built',
};

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function simpleCheck<K extends 'TCP_CHECK' | 'PING_CHECK'>(
  context: CheckContext,
  kind: K,
): { kind: K } & CheckTiming & CheckTarget {
  const { timing, target } = context.read(kind, {});
  return { kind, ...target, ...timing };
}

/** keepalived's own name in `HELO` (check_smtp.c). */
export const defaultHelo = 'smtpchecker.keepalived.org';

/** Each `host { … }` block of it is a check of its own, as all of them must pass. */
function readSmtpChecks(context: CheckContext): SmtpCheckConfiguration[] {
  const { reader } = context;
  const hosts: Statement[] = [];
  let heloName = defaultHelo;
  const { timing, target } = context.read('SMTP_CHECK', {
    helo_name: (line) => (heloName = text(reader, line, 'a name') ?? heloName),
    host: (line) => hosts.push(line),
  });
  const targets = hosts.map((line) => {
    const host = { ...target };
    reader.block(reader.blockOf(line), 'host', targetKeywords(reader, host));
    return host;
  });
  return (targets.length === 0 ? [target] : targets).map((host) => ({
    kind: 'SMTP_CHECK',
    ...host,
    ...timing,
    heloName,
  }));
}

const recordTypes = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'] as const;

function readDnsCheck(context: CheckContext): DnsCheckConfiguration {
  const { reader } = context;
  let type: string = 'SOA';
  let name = '.';
  const { timing, target } = context.read('DNS_CHECK', {
    type: (line) => (type = choice(reader, line, recordTypes) ?? type),
    name: (line) => (name = text(reader, line, 'a domain name') ?? name),
  });
  return { kind: 'DNS_CHECK', ...target, ...timing, type, name };
}

function readMiscCheck(context: CheckContext): ScriptCheckConfiguration | undefined {
  const { reader, statement } = context;
  let command: readonly string[] = [];
  let user: string | undefined;
  let timeoutMs: number | undefined;
  let dynamicWeight = false;
  const { timing } = context.read('MISC_CHECK', {
    misc_path: (line) => (command = notifyCommand(reader, line)?.command ?? command),
    misc_timeout: (line) => (timeoutMs = seconds(reader, line, { min: 0.000001, max: 4294 })),
    misc_dynamic: (line) => (dynamicWeight = flag(reader, line)),
    user: (line) => (user = line.parameters.map((word) => word.text).join(':') || undefined),
  });
  if (command.length === 0) {
    reader.error(statement.keyword, 'MISC_CHECK without a program', { expected: 'misc_path "PROGRAM ARGUMENT…"' });
    return undefined;
  }
  // check_misc.c: without misc_timeout a program may take as long as the pause between two runs.
  const limits = { ...timing, timeoutMs: timeoutMs ?? timing.intervalMs };
  return { kind: 'MISC_CHECK', ...limits, command, dynamicWeight, ...defined({ user }) };
}

/** `FILE_CHECK { track_file NAME; weight NUMBER [reverse] }`, without the words of the other checkers. */
function readFileCheck({ reader, statement, files }: CheckContext): FileCheckConfiguration | undefined {
  let file: Word | undefined;
  let given: { weight: number; reverse: boolean } | undefined;
  reader.block(reader.blockOf(statement), 'FILE_CHECK', {
    track_file: (line) => (file = single(reader, line, 'the name of a track_file')),
    weight: (line) => (given = readWeight(reader, line.keyword, line.parameters, 0x7fff_ffff)),
  });
  if (!file) {
    reader.error(statement.keyword, 'FILE_CHECK without a file', { expected: 'track_file NAME' });
    return undefined;
  }
  const found = findTrackable(reader, file, 'file', { scripts: [], files });
  if (!found) return undefined;
  const { name, path, initial } = found;
  const { weight, reverse } = given ?? found;
  return { kind: 'FILE_CHECK', ...fileCheckTiming, name, path, weight, reverse, ...defined({ initial }) };
}

function readUdpCheck(context: CheckContext): UdpCheckConfiguration {
  const { reader } = context;
  const bytes = { min: 0, max: 65_535 };
  let payload = '';
  let requireReply = false;
  let expect: string | undefined;
  let minimumReplyLength: number | undefined;
  let maximumReplyLength: number | undefined;
  const { timing, target } = context.read('UDP_CHECK', {
    payload: (line) => (payload = hexadecimal(reader, line, /^[\da-f]+$/i) ?? payload),
    require_reply: (line) => {
      requireReply = true;
      if (line.parameters.length > 0) expect = hexadecimal(reader, line, /^[\da-fx]+$/i);
    },
    min_reply_length: (line) => (minimumReplyLength = integer(reader, line, bytes)),
    max_reply_length: (line) => (maximumReplyLength = integer(reader, line, bytes)),
  });
  return {
    ...{ kind: 'UDP_CHECK', ...target, ...timing, payload, requireReply },
    ...defined({ expect, minimumReplyLength, maximumReplyLength }),
  };
}

/** keepalived.conf(5): `Ab12f 3 456` is AB 12 0F 03 45 06. */
function hexadecimal(reader: Reader, line: Statement, digits: RegExp): string | undefined {
  const expected = 'hexadecimal digits';
  if (line.parameters.length === 0) reader.error(line.keyword, `"${line.keyword.text}" needs a value`, { expected });
  const wrong = line.parameters.find((word) => !digits.test(word.text.replaceAll(/\s/g, '')));
  if (wrong || line.parameters.length === 0) {
    if (wrong) reader.error(wrong, `"${wrong.text}" is not hexadecimal`, { expected });
    return undefined;
  }
  const groups = line.parameters.flatMap((word) => word.text.trim().split(/\s+/)).filter((group) => group !== '');
  return groups
    .map((group) => group.replaceAll(/..?/g, (pair) => pair.padStart(2, '0')))
    .join('')
    .toLowerCase();
}
