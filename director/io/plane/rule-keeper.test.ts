import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../engine/address.ts';
import type { Transaction } from './nft/owned-table.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { defaultRuleTimeouts } from './rule-services.ts';
import type { Endpoint, RuleServices } from './rule-services.ts';

const web: Endpoint = { protocol: 6, address: parseAddress('192.168.1.202') ?? fail(), port: 80 };
const nothing: RuleServices = { noted: [], quiet: [], everyPort: [], ftp: [], marks: [], servers: [] };
const services: RuleServices = { ...nothing, noted: [web] };
const NEW_CHAIN = 3;
const NEW_ELEMENTS = 12;

function fail(): never {
  throw new Error('no address');
}

let loaded: Transaction[];
let refusals: number;
let complaints: string[];
let isClosed: boolean;

/** Loaded transactions that have a part of this type with this text in it. */
function has(type: number, text: string): boolean {
  const wanted = new TextEncoder().encode(text).join();
  return loaded.some(({ parts }) =>
    parts.some((part) => part.type === type && part.attributes.some((bytes) => bytes.join().includes(wanted))),
  );
}

beforeEach(() => {
  [loaded, refusals, complaints, isClosed] = [[], 0, [], false];
});

const keep = (): RuleKeeper =>
  new RuleKeeper((_level, message) => complaints.push(message), {
    commit(transaction) {
      if (refusals-- > 0) throw new Error('No such device');
      loaded.push(transaction);
    },
    close: () => (isClosed = true),
  });

describe('the keeper of the rules', () => {
  it('loads refused rules again until the kernel takes them, at most twice a second, and complains once', () => {
    const keeper = keep();
    refusals = 3;
    keeper.setServices(services, 0);
    for (let now = 0; now < 1600; now += 100) keeper.keepTrying(now);
    expect(has(NEW_ELEMENTS, 'services4')).toBe(true);
    expect(refusals).toBe(-1);
    expect(complaints).toEqual(['No such device']);
    const count = loaded.length;
    keeper.keepTrying(9000);
    expect(loaded).toHaveLength(count);
  });

  it('loads what was refused along with the next change', () => {
    const keeper = keep();
    refusals = 1;
    keeper.setServices(services, 0);
    keeper.setInterfaces(['eth0'], 1);
    expect(has(NEW_ELEMENTS, 'services4')).toBe(true);
    expect(has(NEW_CHAIN, 'eth0')).toBe(true);
  });

  it('makes the rules anew for other timeouts only', () => {
    const keeper = keep();
    keeper.setTimeouts(defaultRuleTimeouts, 0);
    expect(loaded).toHaveLength(1);
    keeper.setTimeouts({ ...defaultRuleTimeouts, openSeconds: 3600 }, 0);
    expect(loaded).toHaveLength(2);
  });

  it('notes a connection that a server will open', () => {
    keep().expect(web);
    expect(has(NEW_ELEMENTS, 'flows4')).toBe(true);
  });

  it('does not start when the kernel refuses the foundation, and leaves no socket', () => {
    refusals = 1;
    expect(keep).toThrow('No such device');
    expect(isClosed).toBe(true);
  });
});
