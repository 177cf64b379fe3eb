import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, choice, familyOf, flag, integer, seconds, single } from '../values.ts';
import { harmlessGlobals } from './unsupported-words.ts';

/** The defaults that `global_defs` may move, and every instance may override. Times in milliseconds. */
export interface GlobalDefaults {
  version: 2 | 3;
  garpDelayMs: number;
  garpRepeat: number;
  garpRefreshMs: number;
  garpRefreshRepeat: number;
  /** Undefined: as those without "lower". */
  garpLowerDelayMs?: number;
  garpLowerRepeat?: number;
  garpIntervalMs: number;
  naIntervalMs: number;
  skipAddressCheck: boolean;
  strict: boolean;
  lowerPriorityNoAdvert: boolean;
  higherPrioritySendAdvert: boolean;
  checkUnicastSource: boolean;
  checksumAsVersion2: boolean;
  downTimerAdverts: number;
  multicastGroup4?: string;
  multicastGroup6?: string;
  notifyFifos: readonly string[];
}

/** keepalived's own defaults (include/vrrp.h: VRRP_GARP_DELAY, VRRP_GARP_REP, …). */
export const keepalivedDefaults: Readonly<GlobalDefaults> = {
  version: 2,
  garpDelayMs: 5000,
  garpRepeat: 5,
  garpRefreshMs: 0,
  garpRefreshRepeat: 1,
  garpIntervalMs: 0,
  naIntervalMs: 0,
  skipAddressCheck: false,
  strict: false,
  lowerPriorityNoAdvert: false,
  higherPrioritySendAdvert: false,
  checkUnicastSource: false,
  checksumAsVersion2: false,
  downTimerAdverts: 3,
  notifyFifos: [],
};

const day = { min: 0, max: 86_400 };

/** `others`: words of global_defs that are not about VRRP. */
export function readGlobalDefs(
  reader: Reader,
  statement: Statement,
  defaults: GlobalDefaults,
  others: Keywords = {},
): void {
  const fifo = (line: Statement): void => {
    const path = line.parameters[0];
    if (path) defaults.notifyFifos = [...defaults.notifyFifos, path.text];
    else single(reader, line, 'the path of a named pipe');
  };
  reader.block(reader.blockOf(statement), 'global_defs', {
    // First, so that words which we act on win.
    ...Object.fromEntries(harmlessGlobals.map((word) => [word, () => undefined])),
    vrrp_version: (line) => (defaults.version = readVersion(reader, line) ?? defaults.version),
    ...garpKeywords(reader, defaults, 'vrrp_'),
    ...ruleKeywords(reader, defaults, 'vrrp_'),
    vrrp_garp_interval: (line) => (defaults.garpIntervalMs = seconds(reader, line, day) ?? defaults.garpIntervalMs),
    vrrp_gna_interval: (line) => (defaults.naIntervalMs = seconds(reader, line, day) ?? defaults.naIntervalMs),
    vrrp_check_unicast_src: (line) => (defaults.checkUnicastSource = flag(reader, line)),
    vrrp_strict: (line) => (defaults.strict = flag(reader, line)),
    vrrp_mcast_group4: (line) => {
      const group = readMulticastGroup(reader, single(reader, line, 'such as 224.0.0.18'), 4);
      if (group !== undefined) defaults.multicastGroup4 = group;
    },
    vrrp_mcast_group6: (line) => {
      const group = readMulticastGroup(reader, single(reader, line, 'such as ff02::12'), 6);
      if (group !== undefined) defaults.multicastGroup6 = group;
    },
    vrrp_notify_fifo: fifo,
    notify_fifo: fifo,
    ...others,
  });
}

export function readVersion(reader: Reader, statement: Statement): 2 | 3 | undefined {
  const version = choice(reader, statement, ['2', '3']);
  if (version === undefined) return undefined;
  return version === '2' ? 2 : 3;
}

/** `family` undefined: either. */
export function readMulticastGroup(reader: Reader, word: Word | undefined, family?: 4 | 6): string | undefined {
  const address = word && addressWord(reader, word);
  if (!word || address === undefined) return undefined;
  const first = Number.parseInt(address, 10);
  // Version 6 of the protocol must stay on the link: keepalived.conf(5), mcast_dst_ip.
  const fits = familyOf(address) === 6 ? /^ff[\da-f]2:/.test(address) : first >= 224 && first < 240;
  if (fits && (family === undefined || familyOf(address) === family)) return address;
  reader.error(word, `"${word.text}" is not a multicast address that fits`, {
    expected: family === 6 ? 'such as ff02::12' : 'such as 224.0.0.18',
  });
  return undefined;
}

/** The gratuitous ARP words, spelt the same in global_defs but for the prefix. */
export function garpKeywords(reader: Reader, into: GlobalDefaults, prefix: '' | 'vrrp_'): Keywords {
  const count = { min: 1, max: 100 };
  const optionalCount = { min: 0, max: 100 };
  return {
    [`${prefix}garp_master_delay`]: (line) => (into.garpDelayMs = seconds(reader, line, day) ?? into.garpDelayMs),
    [`${prefix}garp_master_repeat`]: (line) => (into.garpRepeat = integer(reader, line, count) ?? into.garpRepeat),
    [`${prefix}garp_master_refresh`]: (line) => (into.garpRefreshMs = seconds(reader, line, day) ?? into.garpRefreshMs),
    [`${prefix}garp_master_refresh_repeat`]: (line) =>
      (into.garpRefreshRepeat = integer(reader, line, count) ?? into.garpRefreshRepeat),
    [`${prefix}garp_lower_prio_delay`]: (line) => {
      const delay = seconds(reader, line, day);
      if (delay !== undefined) into.garpLowerDelayMs = delay;
    },
    [`${prefix}garp_lower_prio_repeat`]: (line) => {
      const repeat = integer(reader, line, optionalCount);
      if (repeat !== undefined) into.garpLowerRepeat = repeat;
    },
  };
}

/** Words about adverts and their checks, spelt the same in global_defs but for the prefix. */
export function ruleKeywords(reader: Reader, into: GlobalDefaults, prefix: '' | 'vrrp_'): Keywords {
  return {
    [`${prefix}lower_prio_no_advert`]: (line) => (into.lowerPriorityNoAdvert = flag(reader, line)),
    [`${prefix}higher_prio_send_advert`]: (line) => (into.higherPrioritySendAdvert = flag(reader, line)),
    [`${prefix}skip_check_adv_addr`]: (line) => (into.skipAddressCheck = flag(reader, line)),
    [`${prefix}down_timer_adverts`]: (line) =>
      (into.downTimerAdverts = integer(reader, line, { min: 1, max: 100 }) ?? into.downTimerAdverts),
    [`${prefix}v3_checksum_as_v2`]: (line) => (into.checksumAsVersion2 = flag(reader, line)),
  };
}
