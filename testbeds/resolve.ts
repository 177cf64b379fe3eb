import { checkNetworks } from './checks/networks.ts';
import { checkNodes } from './checks/nodes.ts';
import { checkProxy } from './checks/proxy.ts';
import { checkServices } from './checks/services.ts';
import { checkVrrp, checkAdvertInterval } from './checks/vrrp.ts';
import { parseCidr } from './ipv4.ts';
import { assignMacs } from './mac.ts';
import { Problems } from './problem.ts';
import type { Problem } from './problem.ts';
import type {
  ProbeTarget,
  ResolvedDrill,
  ResolvedInterface,
  ResolvedNode,
  ResolvedTestbed,
  ResolvedVirtualService,
  ResolvedVrrp,
} from './resolved.ts';
import type { RawTestbed } from './schema.ts';

export interface ResolveOptions {
  /** Seconds between VRRP advertisements; overrides the testbed's. */
  readonly advertInterval?: number | undefined;
  /** Texts of the files that the testbed names, by the name it gives them. */
  readonly files?: ReadonlyMap<string, string>;
}

export type Resolution =
  | { readonly ok: true; readonly testbed: ResolvedTestbed }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type RawNode = RawTestbed['nodes'][string];

/** Fills in every default and checks every reference. Pure; what is wrong comes back as data, all of it at once. */
export function resolveTestbed(raw: RawTestbed, options: ResolveOptions = {}): Resolution {
  const problems = new Problems();
  checkNetworks(raw, problems);
  checkNodes(raw, problems);
  checkVrrp(raw, problems);
  checkServices(raw, problems);
  checkProxy(raw, problems);
  checkAdvertInterval(options.advertInterval ?? raw.vrrp.advertInterval, problems);
  checkFiles(raw, options.files ?? new Map(), problems);
  if (problems.found.length > 0) return { ok: false, problems: problems.found };
  return { ok: true, testbed: build(raw, options) };
}

/** VRRP 2 counts whole seconds (RFC 3768 section 5.3.7), VRRP 3 hundredths (RFC 9568 section 5.2.7). */
function versionFor(advertInterval: number): 2 | 3 {
  return Number.isInteger(advertInterval) ? 2 : 3;
}

function build(raw: RawTestbed, options: ResolveOptions): ResolvedTestbed {
  const macs = assignMacs(raw.nodes);
  const nodes = Object.entries(raw.nodes).map(([name, node]) => buildNode(raw, name, node, macs));
  const { id, title, description, source, domain, hostsSuffix, dhcp, dns, web, outsideWorld, differences } = raw;
  return {
    ...{ id, title, description, source, domain, hostsSuffix, dhcp, dns, web, outsideWorld, differences },
    networks: Object.entries(raw.networks).map(([name, network]) => ({ name, ...network })),
    nodes,
    storage: {
      ...raw.storage,
      files: Object.entries(raw.storage.files).map(([path, file]) => ({
        path,
        content: options.files?.get(file) ?? '',
      })),
    },
    vrrp: buildVrrp(raw, options.advertInterval ?? raw.vrrp.advertInterval),
    virtualServices: raw.virtualServices.map((service) => buildService(service, nodes, dhcp.network)),
    ...(raw.proxy === undefined ? {} : { proxy: raw.proxy }),
    drills: Object.entries(raw.drills).map(([name, drill]) => buildDrill(name, drill)),
  };
}

function buildNode(raw: RawTestbed, name: string, node: RawNode, macs: ReadonlyMap<string, string>): ResolvedNode {
  return {
    name,
    role: node.role,
    title: node.title ?? { en: name, es: name, gl: name },
    aliases: node.aliases,
    hostNames: node.hostNames ?? [name, ...node.aliases],
    interfaces: node.interfaces.map((entry) => buildInterface(raw, name, entry, macs)),
    machine: node.machine,
  };
}

function buildInterface(
  raw: RawTestbed,
  node: string,
  entry: RawNode['interfaces'][number],
  macs: ReadonlyMap<string, string>,
): ResolvedInterface {
  const network = raw.networks[entry.network];
  const { name, gateway, nameServers } = entry;
  return {
    name,
    network: entry.network,
    mac: macs.get(`${node}/${name}`) ?? '',
    address: 'static' in entry.address ? entry.address.static : entry.address.dhcp,
    prefixLength: parseCidr(network?.cidr ?? '').prefixLength,
    method: 'static' in entry.address ? 'static' : 'dhcp',
    mtu: network?.mtu ?? 1500,
    ...(gateway === undefined ? {} : { gateway }),
    nameServers,
  };
}

function buildVrrp(raw: RawTestbed, advertInterval: number): ResolvedVrrp {
  const { syncGroup, authentication, connectionSync, routers, instances } = raw.vrrp;
  const version = versionFor(advertInterval);
  return {
    version,
    syncGroup,
    // VRRP 3 has no authentication (RFC 9568 section 9).
    ...(version === 2 && authentication !== undefined ? { authentication } : {}),
    advertInterval,
    ...(connectionSync === undefined ? {} : { connectionSync }),
    routers: Object.entries(routers).map(([node, router]) => ({ node, ...router })),
    instances,
  };
}

function buildService(
  service: RawTestbed['virtualServices'][number],
  nodes: readonly ResolvedNode[],
  innerNetwork: string,
): ResolvedVirtualService {
  const { weight, realServers, ...rest } = service;
  const addressOf = (name: string): string =>
    nodes.find((node) => node.name === name)?.interfaces.find((entry) => entry.network === innerNetwork)?.address ?? '';
  return {
    ...rest,
    realServers: realServers.map((node) => ({ node, address: addressOf(node), port: service.port, weight })),
  };
}

function buildDrill(name: string, drill: RawTestbed['drills'][string]): ResolvedDrill {
  const probes = drill.probes.map((probe): ProbeTarget =>
    'http' in probe
      ? { kind: 'http', name: probe.name, url: probe.http }
      : { kind: 'dns', name: probe.name, ...probe.dns },
  );
  return { ...drill, name, probes };
}

function checkFiles(raw: RawTestbed, files: ReadonlyMap<string, string>, problems: Problems): void {
  for (const [path, file] of Object.entries(raw.storage.files)) {
    if (!files.has(file)) {
      problems.add(['storage', 'files', path], `Expected a file "${file}" in the testbed's folder, found none.`);
    }
  }
}
