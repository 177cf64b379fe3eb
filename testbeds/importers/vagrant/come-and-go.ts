import type { ResolvedInterface, ResolvedNode, ResolvedTestbed } from '../../resolved.ts';
import { first, machineNamed, note, saidOfTitle, saidOfSetting, tell, titleIn } from './draft.ts';
import type { Draft } from './draft.ts';
import { makeInterface, memoryWith, newAdapters, processorsOf } from './edit-machines.ts';
import type { FoundMachine } from './model.ts';

/** Machines whose blocks are gone leave the testbed, with all that named them. */
export function removeMachines(draft: Draft): void {
  for (const { name } of draft.exported.machines) {
    if (machineNamed(draft.found, name) !== undefined) continue;
    note(draft, 'machine-removed', name, { line: 1, column: 1 });
    const { testbed } = draft;
    for (const { name: drill, victim, client } of testbed.drills) {
      if (victim === name || client === name)
        note(draft, 'drill-removed', drill, { line: 1, column: 1 }, { from: name });
    }
    draft.testbed = without(testbed, name);
  }
}

function without(testbed: ResolvedTestbed, name: string): ResolvedTestbed {
  const others = (names: readonly string[]): string[] => names.filter((each) => each !== name);
  const { storage, vrrp } = testbed;
  return {
    ...testbed,
    nodes: testbed.nodes.filter((node) => node.name !== name),
    storage: { ...storage, clients: others(storage.clients) },
    vrrp: { ...vrrp, routers: vrrp.routers.filter(({ node }) => node !== name) },
    virtualServices: testbed.virtualServices.map((service) => ({
      ...service,
      realServers: service.realServers.filter(({ node }) => node !== name),
    })),
    ...(testbed.proxy === undefined ? {} : { proxy: proxyWithout(testbed.proxy, name) }),
    drills: testbed.drills.filter(({ victim, client }) => victim !== name && client !== name),
  };
}

type Proxy = NonNullable<ResolvedTestbed['proxy']>;

function proxyWithout(proxy: Proxy, name: string): Proxy {
  const { statistics } = proxy;
  const backends = proxy.backends.map((backend) => ({
    ...backend,
    servers: backend.servers.filter((server) => server !== name),
  }));
  if (statistics === undefined) return { ...proxy, backends };
  const descriptions = Object.fromEntries(Object.entries(statistics.descriptions).filter(([node]) => node !== name));
  return { ...proxy, backends, statistics: { ...statistics, descriptions } };
}

/** Machines that were not exported. Each is one more of some other, and serves wherever that one serves. */
export function addMachines(draft: Draft): void {
  const seen = new Set<string>();
  for (const machine of draft.found.machines) {
    const { name, line, column } = machine;
    const taken = machineNamed(draft.exported, name) === undefined && hasNode(draft.testbed, name);
    if (seen.has(name) || taken) tell(draft, { code: 'duplicate-machine', subject: name, line, column });
    else if (machineNamed(draft.exported, name) === undefined) addMachine(draft, machine);
    seen.add(name);
  }
}

function hasNode({ nodes }: ResolvedTestbed, name: string): boolean {
  return nodes.some((node) => node.name === name);
}

function addMachine(draft: Draft, machine: FoundMachine): void {
  const { name, line, column, like } = machine;
  const template = templateOf(draft, machine);
  if (template === undefined) {
    tell(draft, { code: 'unknown-role', subject: name, line: like?.line ?? line, column: like?.column ?? column });
    return;
  }
  if (template.role === 'nas' || template.role === 'internet') {
    tell(draft, { code: 'single-role', subject: name, instead: template.name, line, column });
    return;
  }
  const interfaces = newAdapters(machine).flatMap((pairs, index) => {
    const made = makeInterface(draft, `${name} eth${index}`, pairs);
    return made === undefined ? [] : [asOn(template, made)];
  });
  const node: ResolvedNode = {
    ...{ name, role: template.role, title: titleOf(draft, machine, template) },
    ...{ aliases: [], hostNames: [name], interfaces, machine: sizeOf(draft, machine, template) },
  };
  note(draft, 'machine-added', name, machine, {
    from: template.name,
    to: interfaces.map(({ address }) => address).join(', '),
  });
  draft.testbed = joined({ ...draft.testbed, nodes: [...draft.testbed.nodes, node] }, template.name, node);
}

/**
 * Whom the machine is one more of: as a comment says, else whose script makes it, else who has its name but for the number.
 * Names that several roles share decide nothing.
 */
function templateOf({ testbed }: Draft, { name, like, scripts }: FoundMachine): ResolvedNode | undefined {
  const named = (wanted: string | undefined) => testbed.nodes.find((node) => node.name === wanted);
  if (like !== undefined) return named(like.value);
  for (const { value } of scripts) {
    const owner = named(/^provision\/(.+)\.sh$/.exec(value)?.[1]);
    if (owner !== undefined) return owner;
  }
  const stem = stemOf(name);
  if (stem === '') return undefined;
  const alike = testbed.nodes.filter((node) => stemOf(node.name) === stem);
  return new Set(alike.map(({ role }) => role)).size === 1 ? alike.at(-1) : undefined;
}

function stemOf(name: string): string {
  return name.replace(/[-_]?\d+$/, '');
}

/** Where the other has a way out and name servers on a network, this one has them too. */
function asOn(template: ResolvedNode, entry: ResolvedInterface): ResolvedInterface {
  const model = template.interfaces.find(({ network }) => network === entry.network);
  if (model === undefined) return entry;
  const { method, gateway, nameServers } = model;
  return { ...entry, method, ...(gateway === undefined ? {} : { gateway }), nameServers };
}

function titleOf(draft: Draft, machine: FoundMachine, template: ResolvedNode): ResolvedNode['title'] {
  const said = first(saidOfTitle(draft, machine));
  const text = said === undefined ? machine.name : titleIn(draft, said.value);
  return text === template.title.en ? template.title : { en: text, es: text, gl: text };
}

function sizeOf(draft: Draft, machine: FoundMachine, { machine: model }: ResolvedNode): ResolvedNode['machine'] {
  const memory = first(saidOfSetting(draft, machine, 'memory'))?.value;
  const processors = first(saidOfSetting(draft, machine, 'processors'))?.value ?? model.processors;
  return {
    memory: memory === undefined || memory === memoryWith(draft, model.memory) ? model.memory : memory,
    disk: model.disk,
    ...processorsOf(processors),
  };
}

const PRIORITY_STEP = 10;

function joined(testbed: ResolvedTestbed, model: string, { name, interfaces }: ResolvedNode): ResolvedTestbed {
  const { storage, vrrp, dhcp, proxy } = testbed;
  const address = interfaces.find(({ network }) => network === dhcp.network)?.address ?? '';
  const routers = vrrp.routers.some(({ node }) => node === model)
    ? [...vrrp.routers, { node: name, state: 'BACKUP' as const, priority: lowerThan(vrrp.routers) }]
    : vrrp.routers;
  return {
    ...testbed,
    storage: { ...storage, clients: beside(storage.clients, model, name) },
    vrrp: { ...vrrp, routers },
    virtualServices: testbed.virtualServices.map((service) => {
      const one = service.realServers.find(({ node }) => node === model);
      if (one === undefined) return service;
      return { ...service, realServers: [...service.realServers, { ...one, node: name, address }] };
    }),
    ...(proxy === undefined
      ? {}
      : {
          proxy: {
            ...proxy,
            backends: proxy.backends.map((backend) => ({ ...backend, servers: beside(backend.servers, model, name) })),
          },
        }),
  };
}

/** A new director waits behind all others. */
function lowerThan(routers: ResolvedTestbed['vrrp']['routers']): number {
  return Math.max(1, Math.min(...routers.map(({ priority }) => priority)) - PRIORITY_STEP);
}

function beside(names: readonly string[], model: string, name: string): string[] {
  return names.includes(model) ? [...names, name] : [...names];
}
