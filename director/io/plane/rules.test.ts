import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../engine/address.ts';
import type { Transaction } from './nft/owned-table.ts';
import type { Endpoint, RuleServices } from './rule-services.ts';
import { noteFlow, serviceRules } from './rule-elements.ts';
import { interfaceRules } from './rules.ts';

const messages = new Map([
  [3, 'add chain'],
  [5, 'delete chain'],
  [6, 'add rule'],
  [8, 'flush chain'],
  [12, 'add elements'],
  [14, 'flush set'],
]);

/** What the parts of a transaction do, with the name that comes second. */
function lines({ parts }: Transaction): string[] {
  return parts.map(({ type, attributes }) => {
    const name = new TextDecoder().decode(attributes[1]?.subarray(4) ?? new Uint8Array());
    return `${messages.get(type) ?? String(type)} ${name.replaceAll('\0', '')}`;
  });
}

/** The keys of the elements that a transaction adds to a set, in hexadecimal. */
function keys({ parts }: Transaction, set: string): string[] {
  const part = parts.find(
    ({ type, attributes }) => type === 12 && new TextDecoder().decode(attributes[1]).includes(set),
  );
  const list = Buffer.from(part?.attributes[2] ?? []).toString('hex');
  return [...list.matchAll(/(?:1000|1c00)0100([0-9a-f]{24})/g)].map((match) => match[1] ?? '');
}

const endpoint = (text: string, port: number, protocol = 6): Endpoint => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return { protocol, address, port };
};
const nothing: RuleServices = { noted: [], quiet: [], everyPort: [], ftp: [], marks: [], servers: [] };

describe('the rules that keep the kernel away', () => {
  it('name every service and server once, by address, protocol and port', () => {
    const servers = [endpoint('10.0.100.3', 80), endpoint('10.0.100.2', 80), endpoint('10.0.100.2', 80)];
    const transaction = serviceRules({ ...nothing, noted: [endpoint('192.168.1.202', 80)], servers });
    expect(keys(transaction, 'services4')).toEqual(['c0a801ca0600000000500000']);
    expect(keys(transaction, 'servers4')).toEqual(['0a0064030600000000500000', '0a0064020600000000500000']);
  });

  it('name nothing when there is nothing', () => {
    expect(lines(serviceRules(nothing)).filter((line) => line.startsWith('add'))).toEqual([]);
  });

  it('put servers that answer from any port apart', () => {
    const transaction = serviceRules({ ...nothing, servers: [endpoint('2001:db8::1', 0)] });
    expect(lines(transaction).filter((line) => line.startsWith('add'))).toEqual(['add elements hosts6']);
  });

  it('never forget who was noted', () => {
    const all = [...lines(serviceRules(nothing)), ...lines(interfaceRules(['eth0'], ['eth0']))];
    expect(all.filter((line) => /flush set (flows|closing)/.test(line))).toEqual([]);
  });

  it('hook into the interfaces that are there, and keep each one’s chain apart', () => {
    expect(lines(interfaceRules(['eth0', 'enp0s8.7'], ['enp0s8.7']))).toEqual([
      'add chain port0',
      'flush chain port0',
      'delete chain port0',
      'add chain port1',
      'flush chain port1',
      'delete chain port1',
      'add chain port1',
      'add rule port1',
    ]);
  });

  it('note a flow for as long as they are told', () => {
    expect(keys(noteFlow(endpoint('192.168.1.10', 50000), 900), 'flows4')).toEqual(['c0a8010a06000000c3500000']);
  });
});
