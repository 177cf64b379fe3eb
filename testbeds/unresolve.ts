import type { ResolvedInterface, ResolvedNode, ResolvedTestbed, ResolvedVirtualService } from './resolved.ts';
import type { RawTestbed } from './schema.ts';

/** A testbed as a file would have it, and the files that it names, by the name it gives them. */
export interface WrittenTestbed {
  readonly raw: RawTestbed;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The way back of `resolveTestbed`: whatever came out there resolves to the same again. Pure. An interface whose MAC address is
 * empty gets one by the house's rule.
 */
export function unresolveTestbed(testbed: ResolvedTestbed): WrittenTestbed {
  const { networks, nodes, storage, vrrp, virtualServices, drills, ...same } = testbed;
  const { version: _version, ...router } = vrrp;
  const raw: RawTestbed = {
    relevo: 1,
    ...same,
    networks: Object.fromEntries(networks.map(({ name, ...network }) => [name, network])),
    nodes: Object.fromEntries(nodes.map(({ name, ...node }) => [name, writeNode(node)])),
    storage: { ...storage, files: Object.fromEntries(storage.files.map(({ path }) => [path, filePath(path)])) },
    vrrp: { ...router, routers: Object.fromEntries(vrrp.routers.map(({ node, ...rest }) => [node, rest])) },
    virtualServices: virtualServices.map(writeService),
    drills: Object.fromEntries(
      drills.map(({ name, ...drill }) => [name, { ...drill, probes: drill.probes.map(writeProbe) }]),
    ),
  };
  return { raw, files: new Map(storage.files.map(({ path, content }) => [filePath(path), content])) };
}

function filePath(path: string): string {
  return `files/${path}`;
}

function writeNode(node: Omit<ResolvedNode, 'name'>): RawTestbed['nodes'][string] {
  return { ...node, interfaces: node.interfaces.map(writeInterface) };
}

function writeInterface({ name, network, mac, address, method, gateway, nameServers }: ResolvedInterface) {
  return {
    ...{ name, network },
    ...(mac === '' ? {} : { mac }),
    address: method === 'static' ? { static: address } : { dhcp: address },
    ...(gateway === undefined ? {} : { gateway }),
    nameServers,
  };
}

function writeService({ realServers, scheduler, ...service }: ResolvedVirtualService) {
  return {
    ...service,
    // Checked by the schema like everything else of the file.
    scheduler: scheduler as RawTestbed['virtualServices'][number]['scheduler'],
    realServers: realServers.map(({ node }) => node),
    weight: realServers[0]?.weight ?? 1,
  };
}

function writeProbe(probe: ResolvedTestbed['drills'][number]['probes'][number]) {
  const { name } = probe;
  return probe.kind === 'http'
    ? { name, http: probe.url }
    : { name, dns: { server: probe.server, query: probe.query } };
}
