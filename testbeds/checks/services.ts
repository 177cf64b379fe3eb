import type { Path, Problems } from '../problem.ts';
import type { RawTestbed } from '../schema.ts';
import { addressOn, checkKnownNode, checkUnique } from './names.ts';

/** What the testbed offers: virtual services, storage, the stand-in for the outside world, drills. */
export function checkServices(raw: RawTestbed, problems: Problems): void {
  checkVirtualServices(raw, problems);
  checkStorage(raw, problems);
  checkOutsideWorld(raw, problems);
  for (const [name, drill] of Object.entries(raw.drills)) {
    const path = ['drills', name];
    checkKnownNode(raw, drill.client, [...path, 'client'], problems);
    if (!checkKnownNode(raw, drill.victim, [...path, 'victim'], problems)) continue;
    if (raw.vrrp.routers[drill.victim]?.state === 'MASTER') continue;
    problems.add([...path, 'victim'], `Expected the VRRP router with the state MASTER, found "${drill.victim}".`);
  }
}

function checkVirtualServices(raw: RawTestbed, problems: Problems): void {
  const virtual = raw.vrrp.instances.flatMap((instance) => instance.virtualAddresses);
  raw.virtualServices.forEach((service, index) => {
    const path = ['virtualServices', index];
    if (!virtual.includes(service.address)) {
      const found = `found ${service.address}`;
      problems.add(
        [...path, 'address'],
        `Expected a virtual address of a VRRP instance (${virtual.join(', ')}), ${found}.`,
      );
    }
    service.realServers.forEach((node, position) => {
      checkOnNetwork(raw, node, raw.dhcp.network, [...path, 'realServers', position], problems);
      if (service.forwarding !== 'NAT') checkWayBack(raw, service, node, [...path, 'realServers', position], problems);
    });
    const servers = service.realServers.map((key, position) => ({
      key,
      path: [...path, 'realServers', position],
      owner: 'this service',
    }));
    checkUnique(servers, 'a real server', problems);
  });
  const services = raw.virtualServices.map(({ protocol, address, port }, index) => ({
    key: `${protocol} ${address}:${port}`,
    path: ['virtualServices', index],
    owner: 'a service above',
  }));
  checkUnique(services, 'a virtual service', problems);
}

/** A real server that answers past the directors needs an interface on the clients' side, where the virtual address is. */
function checkWayBack(
  raw: RawTestbed,
  { address, forwarding }: RawTestbed['virtualServices'][number],
  node: string,
  path: Path,
  problems: Problems,
): void {
  const instance = raw.vrrp.instances.find(({ virtualAddresses }) => virtualAddresses.includes(address));
  if (instance === undefined || !(node in raw.nodes) || addressOn(raw, node, instance.network) !== undefined) return;
  problems.add(
    path,
    `Expected a node on the network "${instance.network}", because ${forwarding} servers answer clients themselves; found "${node}", which has no interface there.`,
  );
}

function checkStorage(raw: RawTestbed, problems: Problems): void {
  const { node, clients } = raw.storage;
  if (!checkKnownNode(raw, node, ['storage', 'node'], problems)) return;
  const role = raw.nodes[node]?.role ?? '';
  if (role !== 'nas') problems.add(['storage', 'node'], `Expected a node with the role nas, found "${node}": ${role}.`);
  const network = raw.nodes[node]?.interfaces[0]?.network ?? '';
  clients.forEach((client, index) => checkOnNetwork(raw, client, network, ['storage', 'clients', index], problems));
}

function checkOnNetwork(raw: RawTestbed, node: string, network: string, path: Path, problems: Problems): void {
  if (!checkKnownNode(raw, node, path, problems)) return;
  if (addressOn(raw, node, network) !== undefined) return;
  problems.add(path, `Expected a node on the network "${network}", found "${node}", which is not.`);
}

function checkOutsideWorld(raw: RawTestbed, problems: Problems): void {
  const { node, records } = raw.outsideWorld;
  checkKnownNode(raw, node, ['outsideWorld', 'node'], problems);
  const names = records.map((record) => record.name.toLowerCase());
  records.forEach((record, index) => {
    if (!('canonicalName' in record) || names.includes(record.canonicalName.toLowerCase())) return;
    const path = ['outsideWorld', 'records', index, 'canonicalName'];
    problems.add(path, `Expected a name that another record gives an address, found "${record.canonicalName}".`);
  });
  const entries = names.map((key, index) => ({
    key,
    path: ['outsideWorld', 'records', index],
    owner: 'a record above',
  }));
  checkUnique(entries, "a record's name", problems);
}
