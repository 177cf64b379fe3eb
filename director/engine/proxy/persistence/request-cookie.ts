import { COOKIE } from '../../http/field-name.ts';
import type { HeadEdits } from '../../http/head-edits.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { PersistenceCookie } from '../backend.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import { Placement } from '../runtime/placement.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import { dateOf } from './cookie-dates.ts';
import { type CookiePair, readPair, withoutPart } from './cookie-pairs.ts';

const DAY = 86_400;

/** What becomes of one `Cookie` field. */
class CookieLine {
  text: string;
  /** Where the cookie begins that is to go, with the delimiter before it; -1: none. */
  doomed = -1;
  /** Cookies of others are on it. */
  hasOthers = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Takes out what is doomed, up to `next`; answers where that is now. */
  strike(next: number): number {
    const { length } = this.text;
    this.text = withoutPart(this.text, this.doomed, next);
    this.doomed = -1;
    return next - (length - this.text.length);
  }

  /** At its end. */
  finish(): string {
    if (this.doomed === -1) return this.text;
    return this.hasOthers ? withoutPart(this.text, this.doomed, this.text.length) : '';
  }
}

/** Looks for one request's persistence cookie and takes out of it what servers are not to see. */
export class RequestCookieReader {
  /** N I D V E U O of the log. */
  letter = 'N';
  server: ServerRuntime | undefined;
  readonly #backend: BackendRuntime;
  readonly #cookie: PersistenceCookie;
  readonly #placement: Placement;
  readonly #now: number;

  constructor(backend: BackendRuntime, cookie: PersistenceCookie, { placement }: Stream, now: number) {
    this.#backend = backend;
    this.#cookie = cookie;
    this.#placement = placement ?? new Placement();
    this.#now = Math.floor(now / 1000);
  }

  read(edits: HeadEdits): void {
    for (let field = edits.find(COOKIE); field !== -1; field = edits.find(COOKIE, field)) {
      const before = edits.valueText(field);
      if (!before.includes(this.#cookie.name)) continue;
      const after = this.#readLine(before);
      if (after === '') edits.deleteOne(field);
      else if (after !== before) edits.replace(field, fromLatin1(after));
    }
  }

  #readLine(text: string): string {
    const line = new CookieLine(text);
    for (let at = 0, isFirst = true; at < line.text.length; isFirst = false) {
      const pair = readPair(line.text, isFirst ? 0 : at + 1, ',;');
      if (line.text[pair.nameFrom] === '$') at = pair.end;
      else if (this.#isOurs(line.text, pair)) at = this.#readOurs(line, at, tidy(line, pair));
      else {
        line.hasOthers = true;
        const end = pair.equals === pair.end ? pair.end : tidy(line, pair).end;
        at = line.doomed === -1 ? end : end - at + line.strike(at);
      }
    }
    return line.finish();
  }

  #isOurs(text: string, { nameFrom, nameTo, equals, end }: CookiePair): boolean {
    return equals !== end && text.slice(nameFrom, nameTo) === this.#cookie.name;
  }

  #readOurs(line: CookieLine, at: number, { valueFrom, valueTo, end }: CookiePair): number {
    const { mode, indirect } = this.#cookie;
    const value = line.text.slice(valueFrom, valueTo);
    const delimiter = value.indexOf(mode === 'prefix' ? '~' : '|');
    const isDated = mode !== 'prefix' && delimiter !== -1;
    const name = delimiter === -1 ? value : value.slice(0, delimiter);
    const outlived = isDated && this.#isOutlived(value.slice(delimiter + 1));
    this.#find(outlived ? '' : name);
    if (mode === 'prefix' && !outlived && delimiter !== -1) {
      line.text = line.text.slice(0, valueFrom) + line.text.slice(valueFrom + delimiter + 1);
      line.doomed = -1;
      line.hasOthers = true;
      return end - delimiter - 1;
    }
    if (line.doomed === -1 && mode === 'insert' && indirect) line.doomed = at;
    return end;
  }

  /** Notes the dates; too old, idle for too long, or of a time that is yet to come. */
  #isOutlived(dates: string): boolean {
    const { maxLife = 0, maxIdle = 0 } = this.#cookie;
    const placement = this.#placement;
    const second = dates.indexOf('|');
    placement.lastSeen = dateOf(dates) || placement.lastSeen;
    if (second !== -1) placement.firstSeen = dateOf(dates.slice(second + 1)) || placement.firstSeen;
    const isOld = maxLife > 0 && this.#isOff(placement.firstSeen, maxLife);
    const isIdle = maxIdle > 0 && this.#isOff(placement.lastSeen, maxIdle);
    if (!isOld && !isIdle) return false;
    this.letter = isOld ? 'O' : 'E';
    placement.firstSeen = 0;
    placement.lastSeen = 0;
    return true;
  }

  #isOff(date: number, limit: number): boolean {
    return date !== 0 && (this.#now - date > limit || date - this.#now > DAY);
  }

  /** The first server of that name that may be had. */
  #find(name: string): void {
    const { persistence, direct } = this.#placement;
    const isBound = direct || this.server !== undefined;
    const ignored = isBound || persistence === 'ignore';
    if (name !== '' && !ignored) {
      const stays = this.#backend.back.persistsWhenDown || persistence === 'force';
      for (const server of this.#backend.servers) {
        if (server.cookie !== name) continue;
        this.letter = server.up ? 'V' : 'D';
        if (!server.up && !stays) continue;
        this.server = server;
        return;
      }
    }
    if (this.letter === 'N') this.letter = ignored ? 'U' : 'I';
  }
}

/** Takes the blanks around the equals sign out; answers where all is then. */
function tidy(line: CookieLine, pair: CookiePair): CookiePair {
  const { nameFrom, nameTo, equals, valueFrom, valueTo, end } = pair;
  const surplus = equals - nameTo + valueFrom - equals - 1;
  if (surplus === 0) return pair;
  line.text = `${line.text.slice(0, nameTo)}=${line.text.slice(valueFrom)}`;
  return {
    nameFrom,
    nameTo,
    equals: nameTo,
    valueFrom: nameTo + 1,
    valueTo: valueTo - surplus,
    end: end - surplus,
  };
}
