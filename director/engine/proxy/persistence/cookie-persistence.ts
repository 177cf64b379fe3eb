import { CACHE_CONTROL, SET_COOKIE } from '../../http/field-name.ts';
import type { ResponseHead } from '../../http/response-head.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { PersistenceCookie } from '../backend.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { CookiePersistence } from '../runtime/collaborators.ts';
import { Placement } from '../runtime/placement.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Message, Stream } from '../runtime/stream.ts';
import { type Cacheability, cacheabilityOf } from './cacheability.ts';
import { dateDigits } from './cookie-dates.ts';
import { readPair } from './cookie-pairs.ts';
import { dynamicCookie } from './dynamic-cookie.ts';
import { RequestCookieReader } from './request-cookie.ts';

const PRIVATE = fromLatin1('private');
const UNPLACED = new Placement();
const NOT_CACHEABLE: Cacheability = { answer: false, cookie: false };
const FORGET = '; Expires=Thu, 01-Jan-1970 00:00:01 GMT';

/** For `Makers.cookies`. */
export function makeCookies(backend: BackendRuntime): CookiePersistence | undefined {
  const { cookie, checksCache } = backend.back;
  if (backend.settings.mode !== 'http' || (cookie === undefined && !checksCache)) return undefined;
  return new BackendCookies(backend, cookie);
}

/** `cookie` and `option checkcache` of one backend. */
class BackendCookies implements CookiePersistence {
  readonly #backend: BackendRuntime;
  readonly #cookie: PersistenceCookie | undefined;
  /** The log tells of the cookie only when we do something about it. */
  readonly #isLogged: boolean;
  /** Whether it matters that a cache may keep an answer. */
  readonly #looks: boolean;
  /** What follows the value. */
  readonly #attributes: string;

  constructor(backend: BackendRuntime, cookie: PersistenceCookie | undefined) {
    this.#backend = backend;
    this.#cookie = cookie;
    this.#isLogged = cookie !== undefined && (cookie.mode !== 'passive' || cookie.indirect);
    this.#looks = backend.back.checksCache || cookie?.noCache === true;
    this.#attributes = cookie === undefined ? '' : attributesOf(cookie);
    if (cookie?.dynamicKey === undefined) return;
    for (const server of backend.servers) this.#makeCookie(server);
    backend.onServerChange((server) => this.#makeCookie(server));
  }

  readRequest(stream: Stream, now: number): ServerRuntime | undefined {
    const { request, termination } = stream;
    if (this.#cookie === undefined || request === undefined) return undefined;
    const reader = new RequestCookieReader(this.#backend, this.#cookie, stream, now);
    reader.read(request.edits);
    if (this.#isLogged) {
      termination.clientCookie = reader.letter;
      termination.serverCookie = 'N';
    }
    return reader.server;
  }

  writeResponse(stream: Stream, now: number): boolean {
    const { response, request } = stream;
    if (response === undefined || (response.head.status < 200 && response.head.status !== 101)) return true;
    const hadCookies = response.edits.find(SET_COOKIE) !== -1;
    const letter = hadCookies ? this.#rewrite(stream, response) : 'N';
    const cacheability = this.#looks ? cacheabilityOf(request?.head.method ?? 'other', response) : NOT_CACHEABLE;
    const cookie = this.#cookie;
    if (cookie === undefined || !inserts(cookie, stream, letter, now)) {
      if (this.#isLogged) stream.termination.serverCookie = letter;
      return this.#passes(stream, hadCookies, cacheability);
    }
    this.#insert(cookie, stream, response, now);
    if (!cookie.noCache || !cacheability.answer) return this.#passes(stream, hadCookies, cacheability);
    response.edits.add(CACHE_CONTROL, PRIVATE);
    return true;
  }

  /** `option checkcache`: no answer that others might get with its cookie. */
  #passes({ server }: Stream, hasCookies: boolean, { answer, cookie }: Cacheability): boolean {
    if (!this.#backend.back.checksCache || !hasCookies || !answer || !cookie) return true;
    this.#backend.counters.deniedResponses++;
    if (server !== undefined) server.counters.deniedResponses++;
    return false;
  }

  #makeCookie(server: ServerRuntime): void {
    const key = this.#cookie?.dynamicKey;
    if (key !== undefined && server.settings.cookie === undefined) server.cookie = dynamicCookie(key, server);
  }

  /** The server's own cookies of that name; answers what was done about them. */
  #rewrite(stream: Stream, { edits }: Message<ResponseHead>): string {
    const cookie = this.#cookie;
    if (cookie === undefined || stream.placement?.persistence === 'ignore') return 'N';
    const fate = fateOf(cookie, stream);
    let letter = 'N';
    for (let field = edits.find(SET_COOKIE); field !== -1; field = edits.find(SET_COOKIE, field)) {
      const text = edits.valueText(field);
      const pair = readPair(text, 0, ';');
      if (pair.equals === pair.valueTo || text.slice(pair.nameFrom, pair.nameTo) !== cookie.name) continue;
      letter = fate.letter;
      if (fate.kind === 'deleted') edits.deleteOne(field);
      else if (fate.kind === 'given') {
        const value =
          cookie.mode === 'rewrite' ? fate.value : `${fate.value}~${text.slice(pair.valueFrom, pair.valueTo)}`;
        edits.replace(field, fromLatin1(`${cookie.name}=${value}${text.slice(pair.valueTo)}`));
      }
    }
    return letter;
  }

  #insert(cookie: PersistenceCookie, stream: Stream, { edits }: Message<ResponseHead>, now: number): void {
    const { server, placement = UNPLACED, termination } = stream;
    const given = server?.cookie;
    const value = given === undefined ? FORGET : `${given}${datesOf(cookie, placement.firstSeen, now)}`;
    edits.add(SET_COOKIE, fromLatin1(`${cookie.name}=${value}; path=/${this.#attributes}`));
    termination.serverCookie = given !== undefined && placement.direct ? 'U' : 'I';
  }
}

type Fate =
  | { readonly kind: 'kept' | 'deleted'; readonly letter: string }
  | { readonly kind: 'given'; readonly letter: string; readonly value: string };

/** What becomes of a cookie that the server sets by our name. */
function fateOf({ mode, indirect, preserve }: PersistenceCookie, { server, placement = UNPLACED }: Stream): Fate {
  if (preserve) return { kind: 'kept', letter: 'P' };
  if ((server !== undefined && mode === 'insert') || (placement.direct && indirect))
    return { kind: 'deleted', letter: 'D' };
  const value = server?.cookie;
  if (value === undefined || (mode !== 'rewrite' && mode !== 'prefix')) return { kind: 'kept', letter: 'P' };
  return { kind: 'given', letter: 'R', value };
}

/** Whether the client is to be told: it does not know its server yet, or the dates are to be others. */
function inserts(cookie: PersistenceCookie, stream: Stream, letter: string, now: number): boolean {
  const { server, placement = UNPLACED, request } = stream;
  if (cookie.mode !== 'insert' || server === undefined || placement.persistence === 'ignore') return false;
  if (cookie.preserve && letter === 'P') return false;
  if (cookie.postOnly && request?.head.method !== 'POST') return false;
  return !placement.direct || datesChange(cookie, placement, now);
}

function datesChange({ maxIdle = 0, maxLife = 0 }: PersistenceCookie, placement: Placement, now: number): boolean {
  const { lastSeen, firstSeen } = placement;
  if ((maxIdle > 0 || lastSeen !== 0) && lastSeen < Math.floor(now / 1000)) return true;
  return maxLife > 0 ? firstSeen === 0 : firstSeen !== 0;
}

/** `|LAST|FIRST` */
function datesOf({ maxIdle = 0, maxLife = 0 }: PersistenceCookie, firstSeen: number, now: number): string {
  if (maxIdle === 0 && maxLife === 0) return '';
  const today = dateDigits(Math.floor(now / 1000) + 3);
  if (maxLife === 0) return `|${today}`;
  return `|${today}|${firstSeen === 0 ? today : dateDigits(firstSeen)}`;
}

function attributesOf({ domains, httpOnly, secure, attributes }: PersistenceCookie): string {
  const parts = [
    ...(domains.length > 0 ? [`domain=${domains.join('; domain=')}`] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(secure ? ['Secure'] : []),
    ...attributes,
  ];
  return parts.map((part) => `; ${part}`).join('');
}
