import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import type { SyncGroup } from './sync-group.ts';

/** A thing read from the file with the word it started at, for messages about several of them together. */
export interface Placed<T> {
  readonly at: Word;
  readonly value: T;
}

/** Puts each instance into its sync group and reports groups that cannot be. */
export function joinSyncGroups(
  reader: Reader,
  instances: readonly VrrpInstanceConfiguration[],
  groups: readonly SyncGroup[],
): VrrpInstanceConfiguration[] {
  const names = new Set(instances.map(({ name }) => name));
  const groupOf = new Map<string, string>();
  for (const { name, members } of groups)
    for (const member of members) {
      const nearest = names.has(member.text) ? undefined : nearestWord(member.text, names);
      if (!names.has(member.text))
        reader.error(member, `there is no vrrp_instance "${member.text}"`, nearest === undefined ? {} : { nearest });
      else if (groupOf.has(member.text)) reader.error(member, `"${member.text}" is in a sync group already`);
      else groupOf.set(member.text, name.text);
    }
  return instances.map((instance) => {
    const syncGroup = groupOf.get(instance.name);
    return syncGroup === undefined ? instance : reader.moved(instance, { ...instance, syncGroup });
  });
}

export function checkInstances(reader: Reader, instances: readonly Placed<VrrpInstanceConfiguration>[]): void {
  unique(reader, instances, ({ name }) => `vrrp_instance "${name}"`);
  unique(reader, instances, ({ vrid, interface: device }) => `virtual_router_id ${vrid} on ${device}`);
}

export function checkVirtualServers(reader: Reader, servers: readonly Placed<VirtualServerConfiguration>[]): void {
  unique(reader, servers, ({ protocol, address, port, mark }) =>
    mark === undefined
      ? `virtual_server ${address} ${port} (${protocol})`
      : `virtual_server fwmark ${mark} (IPv${address.includes(':') ? 6 : 4})`,
  );
}

function unique<T>(reader: Reader, placed: readonly Placed<T>[], describe: (value: T) => string): void {
  const first = new Map<string, Word>();
  for (const { at, value } of placed) {
    const what = describe(value);
    const earlier = first.get(what);
    if (earlier) reader.error(at, `${what} is there already, on line ${earlier.line}`);
    else first.set(what, at);
  }
}
