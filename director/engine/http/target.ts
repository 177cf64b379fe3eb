import {
  CLASSES,
  COLON,
  DIGIT,
  HEX,
  HOST,
  LETTER,
  SCHEME,
  fromLatin1,
  hasClass,
  rangeIs,
  sameIgnoringCase,
} from './octets.ts';
import type { Reason } from './refusal.ts';

/** RFC 9112 section 3.2. */
export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk';

/** A request-target taken apart, as places in its buffer. */
export interface Target {
  from: number;
  to: number;
  form: TargetForm;
  /** Of the absolute form; empty in others. */
  schemeTo: number;
  /** Of the absolute and authority forms. */
  authorityFrom: number;
  authorityTo: number;
  /** Where the authority ends without a port that goes without saying: its scheme's own, for CONNECT 80 or 443, or an empty one. */
  bareTo: number;
  /** Path and query; empty where there is none. */
  pathFrom: number;
}

export function emptyTarget(): Target {
  return { from: 0, to: 0, form: 'origin', schemeTo: 0, authorityFrom: 0, authorityTo: 0, bareTo: 0, pathFrom: 0 };
}

const SLASH = 0x2f;
const AT = 0x40;
const STAR = 0x2a;
const QUESTION = 0x3f;
const PERCENT = 0x25;

/** Takes a target apart whose octets are all allowed. */
export function readTarget(
  buffer: Uint8Array,
  target: Target,
  method: 'CONNECT' | 'OPTIONS' | 'other',
): Reason | undefined {
  const { from, to } = target;
  target.schemeTo = from;
  target.authorityFrom = from;
  target.authorityTo = from;
  target.bareTo = from;
  target.pathFrom = from;
  if (method === 'CONNECT') return readAuthorityForm(buffer, target);
  if (buffer[from] === SLASH) {
    target.form = 'origin';
    return undefined;
  }
  if (buffer[from] === STAR && to === from + 1) {
    target.form = 'asterisk';
    return method === 'OPTIONS' ? undefined : 'target-form';
  }
  return readAbsoluteForm(buffer, target);
}

function readAuthorityForm(buffer: Uint8Array, target: Target): Reason | undefined {
  target.form = 'authority';
  target.authorityTo = target.to;
  target.pathFrom = target.to;
  const colon = portColon(buffer, target.from, target.to);
  const complete = colon > target.from && colon < target.to - 1;
  return complete && isAuthority(buffer, target.from, target.to) ? undefined : 'target-form';
}

function readAbsoluteForm(buffer: Uint8Array, target: Target): Reason | undefined {
  const { to } = target;
  target.form = 'absolute';
  const schemeTo = readScheme(buffer, target.from, to);
  if (schemeTo === -1) return 'target-form';
  target.schemeTo = schemeTo;
  target.authorityFrom = schemeTo + 3;
  let at = target.authorityFrom;
  while (at < to && buffer[at] !== SLASH && buffer[at] !== QUESTION) {
    if (buffer[at] === AT) return 'user-information';
    at++;
  }
  target.authorityTo = at;
  target.pathFrom = at;
  // HAProxy takes no query without a path.
  if (at < to && buffer[at] === QUESTION) return 'target';
  const named = portColon(buffer, target.authorityFrom, at) > target.authorityFrom;
  return named && isAuthority(buffer, target.authorityFrom, at) ? undefined : 'target';
}

/** The end of the scheme before `://`, -1 if there is none. */
function readScheme(buffer: Uint8Array, from: number, to: number): number {
  if (!hasClass(buffer[from], LETTER)) return -1;
  let at = from;
  while (at < to && hasClass(buffer[at], SCHEME)) at++;
  const complete = at + 3 <= to && buffer[at] === COLON && buffer[at + 1] === SLASH && buffer[at + 2] === SLASH;
  return complete ? at : -1;
}

/** The place of the colon before a port, the end if there is none. */
function portColon(buffer: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && hasClass(buffer[at - 1], DIGIT)) at--;
  return at > from && buffer[at - 1] === COLON ? at - 1 : to;
}

/** RFC 9110 section 7.2: uri-host and an optional port. An empty host is one. */
export function isAuthority(buffer: Uint8Array, from: number, to: number): boolean {
  const hostTo = portColon(buffer, from, to);
  if (buffer[from] === 0x5b && from < hostTo) return isLiteral(buffer, from, hostTo);
  for (let at = from; at < hostTo; at++) {
    if (((CLASSES[buffer[at] as number] as number) & HOST) !== 0) continue;
    if (buffer[at] !== PERCENT || at + 2 >= hostTo || !isHex(buffer[at + 1]) || !isHex(buffer[at + 2])) return false;
    at += 2;
  }
  return true;
}

/** `[` IPv6 address or IPvFuture `]`, by its octets only. */
function isLiteral(buffer: Uint8Array, from: number, to: number): boolean {
  if (to - from < 4 || buffer[to - 1] !== 0x5d) return false;
  const future = buffer[from + 1] === 0x76 || buffer[from + 1] === 0x56;
  for (let at = from + 1; at < to - 1; at++) {
    const octet = buffer[at];
    const allowed = octet === COLON || octet === 0x2e || isHex(octet) || (future && hasClass(octet, HOST));
    if (!allowed) return false;
  }
  return true;
}

function isHex(octet: number | undefined): boolean {
  return octet !== undefined && HEX[octet] !== 255;
}

const HTTP = fromLatin1('http');
const HTTPS = fromLatin1('https');

/** The port that a target need not name; 0 for none. CONNECT always names one, and HAProxy takes its 80 and 443 as implied. */
function impliedPort(buffer: Uint8Array, target: Target): number {
  if (target.form === 'authority') {
    const port = portAt(buffer, portColon(buffer, target.authorityFrom, target.authorityTo) + 1, target.authorityTo);
    return port === 80 || port === 443 ? port : 0;
  }
  if (rangeIs(buffer, target.from, target.schemeTo, HTTP)) return 80;
  return rangeIs(buffer, target.from, target.schemeTo, HTTPS) ? 443 : 0;
}

/** Whether a target's authority and the Host field's value name one host, with an implied port or without it, case aside. */
export function agreesWithHost(buffer: Uint8Array, target: Target, from: number, to: number): boolean {
  const implied = impliedPort(buffer, target);
  const length = withoutPort(buffer, target.authorityFrom, target.authorityTo, implied) - target.authorityFrom;
  const hostLength = withoutPort(buffer, from, to, implied) - from;
  return length === hostLength && sameIgnoringCase(buffer, target.authorityFrom, from, length);
}

/** Notes what of the authority is written: HAProxy leaves an implied port out. */
export function leaveOutPort(buffer: Uint8Array, target: Target): void {
  target.bareTo = withoutPort(buffer, target.authorityFrom, target.authorityTo, impliedPort(buffer, target));
}

function withoutPort(buffer: Uint8Array, from: number, to: number, implied: number): number {
  const colon = portColon(buffer, from, to);
  if (colon === to || colon + 1 === to) return colon;
  return implied !== 0 && portAt(buffer, colon + 1, to) === implied ? colon : to;
}

function portAt(buffer: Uint8Array, from: number, to: number): number {
  let port = 0;
  for (let at = from; at < to; at++) port = port * 10 + ((buffer[at] as number) - 0x30);
  return port;
}
