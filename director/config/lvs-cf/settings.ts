import { formatAddress, parseAddress } from '../../engine/address.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown, type Reader } from '../reader.ts';
import { schedulerNames } from '../schedulers.ts';
import type { Word } from '../statements.ts';
import type { Assignment } from './lines.ts';

/** An address with the interface that carries it: `192.168.1.200 eth0:1`. */
export interface PlacedAddress {
  readonly address: string;
  readonly interface: string;
}

export type Method = 'direct' | 'nat' | 'tunnel';
type Setter<T> = (reader: Reader, into: T, assignment: Assignment) => void;
export type Setters<T> = Readonly<Record<string, Setter<T>>>;

export interface LvsGlobals {
  primary?: string;
  primaryPrivate?: string;
  backup?: string;
  backupPrivate?: string;
  backupActive: boolean;
  keepaliveSeconds: number;
  deadSeconds: number;
  network: Method;
  natRouter?: PlacedAddress;
  natMask?: string;
  service: 'lvs' | 'fos';
  syncDaemon: boolean;
  syncInterface: string;
  syncId: number;
  tcpSeconds: number;
  tcpFinSeconds: number;
  udpSeconds: number;
}

export interface LvsVirtual {
  active: boolean;
  address?: PlacedAddress;
  mask?: string;
  mark?: number;
  protocol: 'tcp' | 'udp';
  port: number;
  scheduler: string;
  persistentSeconds?: number;
  persistenceMask?: Word;
  send?: string;
  expect?: string;
  sendProgram?: string;
  expectProgram?: string;
  startCommand?: string;
  stopCommand?: string;
  useRegex: boolean;
  timeoutSeconds: number;
  reentrySeconds: number;
  loadMonitor: string;
  quiesceServer: boolean;
  sorryServer?: string;
}

export interface LvsServer {
  address?: string;
  active: boolean;
  weight: number;
  port?: number;
}

/** Puts values where they belong; unknown keys are errors, as in Piranha. */
export function assignAll<T>(
  reader: Reader,
  assignments: readonly Assignment[],
  into: T,
  setters: Setters<T>,
  where: string,
): void {
  const known = Object.keys(setters);
  for (const assignment of assignments) {
    const { key } = assignment;
    const setter = Object.hasOwn(setters, key.text) ? setters[key.text] : undefined;
    if (setter) {
      setter(reader, into, assignment);
      continue;
    }
    const nearest = nearestWord(key.text, known);
    const expected = `one of: ${known.join(', ')}`;
    const message = `unknown key "${shown(key.text)}" in ${where}`;
    reader.error(key, message, nearest === undefined ? { expected } : { expected, nearest });
  }
}

type KeysOf<T, V> = {
  [K in keyof T]-?: NonNullable<T[K]> extends V ? (V extends NonNullable<T[K]> ? K : never) : never;
}[keyof T];

function numberAs<T>(key: KeysOf<T, number>, min: number, max: number): Setter<T> {
  return (reader, into, { value }) => {
    const parsed = /^\d{1,10}$/.test(value.text) ? Number(value.text) : Number.NaN;
    if (parsed >= min && parsed <= max) Object.assign(into as object, { [key]: parsed });
    else wrong(reader, value, `a whole number from ${min} to ${max}`);
  };
}

function booleanAs<T>(key: KeysOf<T, boolean>): Setter<T> {
  return (reader, into, { value }) => {
    if (value.text === '0' || value.text === '1') Object.assign(into as object, { [key]: value.text === '1' });
    else wrong(reader, value, '0 or 1');
  };
}

function textAs<T>(key: KeysOf<T, string>): Setter<T> {
  return (_reader, into, { value }) => Object.assign(into as object, { [key]: unquoted(value.text) });
}

function choiceAs<T>(key: keyof T, choices: readonly string[]): Setter<T> {
  return (reader, into, { value }) => {
    if (choices.includes(value.text)) Object.assign(into as object, { [key]: value.text });
    else wrong(reader, value, choices.join(', '), nearestWord(value.text, choices));
  };
}

function addressAs<T>(key: KeysOf<T, string>): Setter<T> {
  return (reader, into, { value }) => {
    const address = parseAddress(value.text);
    if (address?.family === 4) Object.assign(into as object, { [key]: formatAddress(address) });
    else wrong(reader, value, 'an IPv4 address');
  };
}

function placedAs<T>(key: keyof T): Setter<T> {
  return (reader, into, { value }) => {
    const [text = '', device = '', excess] = value.text.split(/\s+/);
    const address = parseAddress(text);
    if (address?.family === 4 && device !== '' && excess === undefined)
      Object.assign(into as object, { [key]: { address: formatAddress(address), interface: device } });
    else wrong(reader, value, 'ADDRESS INTERFACE, such as 192.168.1.200 eth0:1');
  };
}

function wrong(reader: Reader, value: Word, expected: string, nearest?: string): void {
  const details = nearest === undefined ? { expected } : { expected, nearest };
  reader.error(value, `"${shown(value.text)}" is out of place`, details);
}

/** For keys that change nothing here. */
function ignored<T>(why?: string): Setter<T> {
  return (reader, _into, { key }) => {
    if (why !== undefined) reader.warn(key, `"${key.text}" has no effect here: ${why}`);
  };
}

const days = 2_678_400;

export const globalSetters: Setters<LvsGlobals> = {
  serial_no: ignored(),
  primary: addressAs('primary'),
  primary_private: addressAs('primaryPrivate'),
  primary_shared: ignored('Piranha itself does not use it'),
  backup: addressAs('backup'),
  backup_private: addressAs('backupPrivate'),
  backup_shared: ignored('Piranha itself does not use it'),
  backup_active: booleanAs('backupActive'),
  heartbeat: ignored(),
  heartbeat_port: ignored('VRRP takes the place of the heartbeat, and has no port'),
  keepalive: numberAs('keepaliveSeconds', 1, 255),
  deadtime: numberAs('deadSeconds', 1, 86_400),
  network: choiceAs('network', ['direct', 'nat', 'tunnel']),
  nat_router: placedAs('natRouter'),
  nat_nmask: addressAs('natMask'),
  service: choiceAs('service', ['lvs', 'fos']),
  rsh_command: ignored(),
  debug_level: ignored(),
  monitor_links: ignored('the link of an interface with a VRRP instance always counts'),
  hard_shutdown: ignored('a director that stops always lets go of everything'),
  syncdaemon: booleanAs('syncDaemon'),
  syncd_iface: textAs('syncInterface'),
  syncd_id: numberAs('syncId', 0, 255),
  tcp_timeout: numberAs('tcpSeconds', 0, days),
  tcpfin_timeout: numberAs('tcpFinSeconds', 0, days),
  udp_timeout: numberAs('udpSeconds', 0, days),
  reservation_conflict_action: ignored('there is no reservation of disks here'),
};

export const virtualSetters: Setters<LvsVirtual> = {
  active: booleanAs('active'),
  address: placedAs('address'),
  vip_nmask: addressAs('mask'),
  fwmark: numberAs('mark', 1, 0xffff_ffff),
  protocol: choiceAs('protocol', ['tcp', 'udp']),
  port: numberAs('port', 0, 65_535),
  scheduler: choiceAs('scheduler', schedulerNames),
  persistent: numberAs('persistentSeconds', 1, days),
  pmask: (_reader, into, { value }) => (into.persistenceMask = value),
  client_monitor: ignored(),
  send: textAs('send'),
  expect: textAs('expect'),
  send_program: textAs('sendProgram'),
  expect_program: textAs('expectProgram'),
  start_cmd: textAs('startCommand'),
  stop_cmd: textAs('stopCommand'),
  use_regex: booleanAs('useRegex'),
  timeout: numberAs('timeoutSeconds', 1, 86_400),
  reentry: numberAs('reentrySeconds', 1, 86_400),
  load_monitor: textAs('loadMonitor'),
  quiesce_server: booleanAs('quiesceServer'),
  sorry_server: textAs('sorryServer'),
};

export const serverSetters: Setters<LvsServer> = {
  address: addressAs('address'),
  active: booleanAs('active'),
  weight: numberAs('weight', 0, 65_535),
  port: numberAs('port', 0, 65_535),
};

/** `"text"`, with the escapes that Piranha knows. */
export function unquoted(text: string): string {
  const inner = /^"(.*)"$/s.exec(text)?.[1];
  if (inner === undefined) return text;
  const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return inner.replaceAll(/\\(.)/gs, (_found, letter: string) => letters[letter] ?? letter);
}
