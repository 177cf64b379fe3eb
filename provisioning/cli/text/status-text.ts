import type { InterfaceStatus, LabStatus, NodeStatus } from '../../contract/index.ts';
import { duration } from './duration.ts';
import { table } from './table.ts';

/** A lab as `relevo status` shows it. @param now milliseconds since the Unix epoch */
export function statusText(status: LabStatus, now: number): string {
  const { lab, testbed, provider, phase, since, nodesRunning, nodesTotal, sharing } = status;
  return [
    `Lab ${lab} (testbed ${testbed}, ${provider}): ${phase} for ${duration(now - since)}, ${nodesRunning} of ${nodesTotal} nodes up\n`,
    ...(status.reattachedAt === undefined ? [] : [`This engine found it running and took it over.\n`]),
    table([['NODE', 'ROLE', 'STATE', 'ADDRESSES'], ...status.nodes.map(nodeRow)]),
    virtualAddressTable(status),
    instanceTable(status),
    `File sharing: ${sharing.kind}. ${sharing.reason.en}\n`,
  ].join('\n');
}

function nodeRow({ name, role, state, interfaces, message }: NodeStatus): string[] {
  const addresses = interfaces.map(interfaceText).join('  ');
  return [name, role, state, message === undefined ? addresses : `${addresses}  (${message})`];
}

function interfaceText({ network, addresses, cable }: InterfaceStatus): string {
  const list = addresses.length === 0 ? '-' : addresses.join(', ');
  return `${network}: ${list}${cable === 'cut' ? ' (cable cut)' : ''}`;
}

function virtualAddressTable({ virtualAddresses }: LabStatus): string {
  const rows = virtualAddresses.map(({ address, network, instance, holders }) => [
    address,
    network,
    instance,
    holders.length === 0 ? 'nobody' : holders.join(' and '),
  ]);
  return table([['VIRTUAL ADDRESS', 'NETWORK', 'INSTANCE', 'HELD BY'], ...rows]);
}

function instanceTable({ directors }: LabStatus): string {
  if (directors.length === 0) return 'The directors run keepalived; "relevo ipvs" shows the tables of their kernels.\n';
  const rows = directors.flatMap(({ node, snapshot }) =>
    snapshot === undefined
      ? [[node, '-', 'does not answer', '', '', '']]
      : snapshot.instances.map((instance) => [
          node,
          instance.name,
          instance.state,
          String(instance.priority),
          `${instance.advertIntervalMs / 1000} s`,
          `${snapshot.plane.name}: ${snapshot.plane.reason}`,
        ]),
  );
  return table([['DIRECTOR', 'VRRP INSTANCE', 'STATE', 'PRIORITY', 'ADVERTS EVERY', 'FORWARDING'], ...rows]);
}
