import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FirewallListing } from '../../engine/host-marks/host-marks.ts';
import type { MarkRule } from '../../engine/marks.ts';
import { encodeMessage, attribute, text, decodeMessages } from '../netlink/message.ts';
import { HostMarkFollower } from './follower.ts';
import { isForeign } from './ruleset-notices.ts';

const service = { mark: 1, family: 4 } as const;
const ruleOfOwn: MarkRule = { mark: 9, protocol: 'UDP' };
let saved: string[];
let lists: number;
let hasNotice: boolean;
let isSilent: boolean;
let isWatched: boolean;
let failure: Error | undefined;
let applied: (readonly MarkRule[])[];
let logged: string[];
let follower: HostMarkFollower;

const setMark = (mark: number): string =>
  `-A PREROUTING -d 10.0.0.1/32 -p tcp -j MARK --set-xmark 0x${mark}/0xffffffff`;
const ruleFor = (mark: number): MarkRule => ({ mark, destination: '10.0.0.1/32', protocol: 'TCP' });

function list(): Promise<FirewallListing> {
  lists += 1;
  if (failure) return Promise.reject(failure);
  const lines = ['*mangle', ':PREROUTING ACCEPT [0:0]', ...saved, 'COMMIT'];
  return Promise.resolve({ tables: [], saves: [{ text: lines.join('\n'), family: 4, isLegacy: false }] });
}

beforeEach(() => {
  vi.useFakeTimers();
  [saved, lists, hasNotice, isSilent, isWatched, failure, applied, logged] = [
    [],
    0,
    false,
    false,
    false,
    undefined,
    [],
    [],
  ];
  follower = new HostMarkFollower(
    (level, message) => logged.push(`${level} ${message}`),
    (rules) => applied.push(rules),
    {
      list,
      isSilent: () => isSilent,
      watch() {
        isWatched = true;
        const haveCome = (): boolean => {
          const before = hasNotice;
          hasNotice = false;
          return before;
        };
        return { haveCome, close: () => (isWatched = false) };
      },
    },
  );
});

afterEach(() => {
  follower.stop();
  vi.useRealTimers();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

it('looks at no firewall before there is a service of a mark', async () => {
  follower.setOwn([ruleOfOwn]);
  follower.setServices([]);
  await pass(10_000);
  expect([lists, isWatched, applied]).toEqual([0, false, [[ruleOfOwn]]]);
});

it('applies the rules of the host after its own, and follows their changes', async () => {
  saved = [setMark(1)];
  follower.setOwn([ruleOfOwn]);
  follower.setServices([service]);
  await pass(0);
  expect(applied.at(-1)).toEqual([ruleOfOwn, ruleFor(1)]);
  saved = [];
  await pass(5000);
  expect(lists).toBe(1);
  hasNotice = true;
  await pass(300);
  expect(applied.at(-1)).toEqual([ruleOfOwn]);
  expect(logged.at(-1)).toMatch(/^warn No packet will reach the IPv4 service of firewall mark 1/);
});

it('lists a firewall that changes all the time once a second', async () => {
  follower.setServices([service]);
  for (let turn = 0; turn < 50; turn++) {
    hasNotice = true;
    await pass(100);
  }
  expect(lists).toBeGreaterThan(3);
  expect(lists).toBeLessThanOrEqual(6);
});

it('lists rules that tell nobody of changes every five seconds', async () => {
  isSilent = true;
  follower.setServices([service]);
  await pass(21_000);
  expect(lists).toBe(5);
});

it('says once that a service’s mark is never set, and again when its rule has come and gone', async () => {
  follower.setServices([service]);
  await pass(0);
  for (const rules of [[], [setMark(1)], []]) {
    saved = rules;
    hasNotice = true;
    await pass(1500);
  }
  expect(logged.filter((line) => line.includes('No packet will reach'))).toHaveLength(2);
  expect(logged).toContain("info Firewall marks: 1 rules of the host's firewall are followed");
});

it('says once which rule it cannot follow, and why', async () => {
  saved = [`-A PREROUTING -m set --match-set x src -j MARK --set-xmark 0x1/0xffffffff`];
  follower.setServices([service]);
  await pass(0);
  hasNotice = true;
  await pass(2000);
  const said = logged.filter((line) => line.includes('has no effect here'));
  expect(said).toEqual([
    `warn A mark rule of the host's firewall has no effect here: ${saved[0] ?? ''}: the packet plane cannot tell what "-m set" asks`,
  ]);
});

it('forgets the host when the last such service goes', async () => {
  saved = [setMark(1)];
  follower.setServices([service]);
  await pass(0);
  follower.setServices([]);
  expect([isWatched, applied.at(-1)]).toEqual([false, []]);
});

it('keeps what it has when the tools fail, and says so once', async () => {
  saved = [setMark(1)];
  follower.setServices([service]);
  await pass(0);
  failure = new Error('nft: out of memory');
  hasNotice = true;
  await pass(30_000);
  expect(applied.at(-1)).toEqual([ruleFor(1)]);
  expect(logged.filter((line) => line.includes('out of memory'))).toHaveLength(1);
  expect(lists).toBeLessThan(8);
});

it('says nothing of a failure that is over with the next listing', async () => {
  failure = new Error('Interrupted system call');
  follower.setServices([service]);
  await pass(0);
  [failure, saved] = [undefined, [setMark(1)]];
  await pass(250);
  expect(applied.at(-1)).toEqual([ruleFor(1)]);
  expect(logged).toEqual(["info Firewall marks: 1 rules of the host's firewall are followed"]);
});

it.each([
  ['a rule in a table of somebody', 'fw', 6, true],
  ['a rule in ours', 'relevo_plane', 6, false],
  ['the end of a change', 'fw', 15, false],
])('takes a notice for one of the host: %s', (_, table, type, expected) => {
  const bytes = encodeMessage((10 << 8) | type, 0, 1, Uint8Array.of(1, 0, 0, 0), attribute(1, text(table)));
  expect(decodeMessages(bytes).map(isForeign)).toEqual([expected]);
});
