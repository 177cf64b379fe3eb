import { toBytes } from '../../engine/address.ts';
import { native32 } from './nft/expressions.ts';
import { Transaction } from './nft/owned-table.ts';
import type { Endpoint, RuleServices } from './rule-services.ts';
import { families, port16, TABLE, TCP, UDP } from './rules.ts';

const protocolWord = (protocol: number): Uint8Array => Uint8Array.of(protocol, 0, 0, 0);

/** Replaces the services and servers that the rules know. */
export function serviceRules(services: RuleServices): Transaction {
  const transaction = new Transaction(TABLE);
  for (const family of families) {
    const ours = (endpoints: readonly Endpoint[]): Endpoint[] =>
      endpoints.filter((one) => one.address.family === family);
    const replace = (set: string, keys: readonly Uint8Array[]): void => {
      transaction.flushSet(`${set}${family}`).addElements(`${set}${family}`, distinct(keys));
    };
    replace('services', ours(services.noted).map(endpointKey));
    replace('quiet', ours(services.quiet).map(endpointKey));
    replace('everyport', ours(services.everyPort).map(hostKey));
    replace('ftp', ours(services.ftp).map(hostKey));
    replace('servers', ours(services.servers.filter(({ port }) => port !== 0)).map(endpointKey));
    replace('hosts', ours(services.servers.filter(({ port }) => port === 0)).map(hostKey));
    replace('marks', services.marks.filter((one) => one.family === family).flatMap(markKeys));
  }
  return transaction;
}

/** Notes a flow that no packet of its client has announced, such as an FTP data connection from the server. */
export function noteFlow(endpoint: Endpoint, seconds: number): Transaction {
  return noteFlows([endpoint], seconds);
}

/** As `noteFlow`, for many. */
export function noteFlows(endpoints: readonly Endpoint[], seconds: number): Transaction {
  const transaction = new Transaction(TABLE);
  for (const family of families) {
    const keys = endpoints.filter((endpoint) => endpoint.address.family === family).map(endpointKey);
    if (keys.length > 0) transaction.addElements(`flows${family}`, keys, seconds);
  }
  return transaction;
}

function endpointKey({ address: host, protocol, port }: Endpoint): Uint8Array {
  return joined(toBytes(host), protocolWord(protocol), port16(port), Uint8Array.of(0, 0));
}

function hostKey({ address: host, protocol }: Endpoint): Uint8Array {
  return joined(toBytes(host), protocolWord(protocol));
}

function markKeys({ mark }: { readonly mark: number }): Uint8Array[] {
  return [TCP, UDP].map((protocol) => joined(native32(mark), protocolWord(protocol)));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The kernel takes an element twice, but a transaction is shorter without. */
function distinct(keys: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(keys.map((key) => [key.join(), key])).values()];
}
