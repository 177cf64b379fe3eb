import type { Keywords, Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { choice, integer, seconds } from '../values.ts';
import { harmlessGlobals } from './unsupported-words.ts';

/** The defaults that `global_defs` may move, and every instance may override. Times in milliseconds. */
export interface GlobalDefaults {
  version: 2 | 3;
  garpDelayMs: number;
  garpRepeat: number;
  garpRefreshMs: number;
  garpRefreshRepeat: number;
}

/** keepalived's own defaults (include/vrrp.h: VRRP_GARP_DELAY, VRRP_GARP_REP, …). */
export const keepalivedDefaults: Readonly<GlobalDefaults> = {
  version: 2,
  garpDelayMs: 5000,
  garpRepeat: 5,
  garpRefreshMs: 0,
  garpRefreshRepeat: 1,
};

/** `more`: the words of others, such as those of connection synchronisation. */
export function readGlobalDefs(
  reader: Reader,
  statement: Statement,
  defaults: GlobalDefaults,
  more: Keywords = {},
): void {
  reader.block(reader.blockOf(statement), 'global_defs', {
    vrrp_version: (line) => (defaults.version = readVersion(reader, line) ?? defaults.version),
    ...garpKeywords(reader, defaults, 'vrrp_'),
    ...more,
    ...Object.fromEntries(harmlessGlobals.map((word) => [word, () => undefined])),
  });
}

export function readVersion(reader: Reader, statement: Statement): 2 | 3 | undefined {
  const version = choice(reader, statement, ['2', '3']);
  if (version === undefined) return undefined;
  return version === '2' ? 2 : 3;
}

/** The gratuitous ARP words, spelt the same in global_defs but for the prefix. */
export function garpKeywords(reader: Reader, into: GlobalDefaults, prefix: '' | 'vrrp_'): Keywords {
  const day = { min: 0, max: 86_400 };
  const count = { min: 1, max: 100 };
  return {
    [`${prefix}garp_master_delay`]: (line) => (into.garpDelayMs = seconds(reader, line, day) ?? into.garpDelayMs),
    [`${prefix}garp_master_repeat`]: (line) => (into.garpRepeat = integer(reader, line, count) ?? into.garpRepeat),
    [`${prefix}garp_master_refresh`]: (line) => (into.garpRefreshMs = seconds(reader, line, day) ?? into.garpRefreshMs),
    [`${prefix}garp_master_refresh_repeat`]: (line) =>
      (into.garpRefreshRepeat = integer(reader, line, count) ?? into.garpRefreshRepeat),
  };
}
