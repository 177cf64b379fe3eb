import { parseAddress } from '../../address.ts';
import { fieldName } from '../../http/field-name.ts';
import { toLatin1 } from '../../http/octets.ts';
import type { Balance } from '../backend.ts';
import type { Stream } from '../runtime/stream.ts';
import { avalanche, hashFunction } from './hash-functions.ts';

/** Of a stream; undefined: it has nothing to hash, and gets the next server in turn. */
export type HashKey = (stream: Stream) => number | undefined;

/** A sample as octets; undefined: there is none. */
export type Fetch = (stream: Stream) => string | undefined;

export type HashingBalance = Extract<Balance, { readonly method: 'source' | 'uri' | 'url_param' | 'hdr' | 'hash' }>;

/** `fetch`: of `balance hash`. */
export function hashKey(balance: HashingBalance, fetch: Fetch): HashKey {
  if (balance.method === 'source') return sourceKey(balance.hash.avalanche);
  const hash = hashFunction(balance.hash);
  const key = keyOf(balance, fetch);
  return (stream) => {
    const octets = key(stream);
    return octets === undefined ? undefined : hash(octets);
  };
}

function keyOf(balance: Exclude<HashingBalance, { readonly method: 'source' }>, fetch: Fetch): Fetch {
  switch (balance.method) {
    case 'uri':
      return (stream) => {
        const target = targetOf(stream);
        return target === undefined ? undefined : partOfUri(target, balance);
      };
    case 'url_param':
      return (stream) => parameterOf(targetOf(stream), balance.name);
    case 'hdr':
      return headerKey(balance.name, balance.domainOnly);
    case 'hash':
      return fetch;
  }
}

/** Words of an address, exclusively or-ed; there is no other hash here but avalanche. */
function sourceKey(spreads: boolean): HashKey {
  return ({ session }) => {
    let hash = ipv4Word(session.source.address);
    if (hash !== -1) return spreads ? avalanche(hash) : hash;
    const address = parseAddress(session.source.address);
    if (address === undefined) return undefined;
    hash = 0;
    for (const word of address.words) hash ^= word;
    return spreads ? avalanche(hash) : hash >>> 0;
  };
}

/** As rules have left it. */
function targetOf({ request }: Stream): string | undefined {
  if (request === undefined) return undefined;
  const { target } = request.edits;
  return target === undefined ? request.head.targetText() : toLatin1(target);
}

type UriPart = Extract<Balance, { readonly method: 'uri' }>;

function partOfUri(target: string, { whole, pathOnly, length, depth }: UriPart): string {
  const uri = pathOnly ? pathOf(target) : target;
  const end = length === 0 ? uri.length : Math.min(uri.length, length);
  let slashes = 0;
  for (let at = 0; at < end; at++) {
    const letter = uri[at];
    if (letter === '/' && depth !== 0 && ++slashes === depth + 1) return uri.slice(0, at);
    if (letter === '?' && !whole) return uri.slice(0, at);
  }
  return uri.slice(0, end);
}

/** Path and query of any form of target. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  const scheme = target.indexOf('://');
  if (scheme === -1) return '';
  const path = target.indexOf('/', scheme + 3);
  return path === -1 ? '' : target.slice(path);
}

function parameterOf(target: string | undefined, name: string): string | undefined {
  const query = target?.indexOf('?') ?? -1;
  if (target === undefined || query === -1) return undefined;
  for (let at = query + 1; at !== 0; at = target.indexOf('&', at) + 1) {
    if (!target.startsWith(name, at) || target[at + name.length] !== '=') continue;
    const from = at + name.length + 1;
    const end = target.indexOf('&', from);
    return target.slice(from, end === -1 ? target.length : end);
  }
  return undefined;
}

function headerKey(name: string, domainOnly: boolean): Fetch {
  const field = fieldName(name);
  return ({ request }) => {
    if (request === undefined || field === undefined) return undefined;
    const at = request.edits.find(field);
    if (at === -1) return undefined;
    const value = firstElement(request.edits.valueText(at));
    if (value === '') return undefined;
    return domainOnly ? mainDomain(value) : value;
  };
}

/** Up to the first comma that is not in quotes. */
function firstElement(value: string): string {
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const letter = value[at];
    if (quoted && letter === '\\') at++;
    else if (letter === '"') quoted = !quoted;
    else if (letter === ',' && !quoted) return value.slice(0, at).trim();
  }
  return value;
}

/** `use_domain_only`: the name before the top level's; all of it where there is no dot. */
function mainDomain(value: string): string {
  const end = value.lastIndexOf('.');
  if (end <= 0) return value;
  const before = end < 2 ? -1 : value.lastIndexOf('.', end - 2);
  return value.slice(before + 1, end);
}

/** -1 for anything but a dotted IPv4 address as we write it ourselves. */
function ipv4Word(text: string): number {
  let word = 0;
  let part = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      word = word * 256 + part;
      part = 0;
      dots++;
    } else if (code >= 0x30 && code <= 0x39) part = part * 10 + code - 0x30;
    else return -1;
  }
  return dots === 3 ? word * 256 + part : -1;
}
