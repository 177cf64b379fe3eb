import type { SchedulerFlag, ServerDefinition, ServiceDefinition, TableCommand } from '../../../director/api/table.ts';
import { clientAddress, serverAddress, virtualAddress } from '../guest/network.ts';
import { strayConversation, tcpConversation, udpConversation } from './conversations.ts';
import { Random } from './random.ts';
import type { Conversation, Scenario, Step } from './scenario.ts';

/** Those of Debian's kernel: all but twos. */
export const kernelSchedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf'],
] as const;

interface Draft {
  readonly random: Random;
  readonly service: ServiceDefinition;
  /** Addresses to which clients of a firewall mark's service speak. */
  readonly virtuals: readonly string[];
  readonly servers: Map<string, ServerDefinition>;
  readonly removed: Map<string, ServerDefinition>;
  /** Clients that have been before. */
  readonly clients: string[];
}

/** A service, its servers, traffic to it and edits in between; everything follows from the number. */
export function generateScenario(number: number, seed: number): Scenario {
  const random = new Random(seed * 100_003 + number);
  const scheduler = kernelSchedulers[number % kernelSchedulers.length] ?? 'rr';
  const family = random.once(3) ? 6 : 4;
  const virtuals = [0, 1, 2].map((index) => virtualAddress(number * 4 + index + 1, family));
  const mark = number + 1;
  const service = drawService(random, scheduler, { address: virtuals[0] ?? '', mark });
  const draft = { random, service, virtuals, servers: new Map(), removed: new Map(), clients: [] };
  const sysctl = random.once(5) ? random.pick(sysctls) : undefined;
  const steps: Step[] =
    sysctl === undefined ? [] : [{ type: 'commands', commands: [setSysctl(sysctl.name, sysctl.to)] }];
  steps.push({ type: 'commands', commands: [{ type: 'add-service', service }, ...drawServers(draft)] });
  const rounds = random.between(2, 4);
  for (let round = 0; round < rounds; round++) {
    if (round > 0) steps.push(...drawEdits(draft));
    const count = random.between(4, 14);
    for (let index = 0; index < count; index++) {
      steps.push({ type: 'conversation', conversation: drawConversation(draft) });
      if (random.once(12)) steps.push(...drawStray(draft));
    }
    if (round === rounds - 1 || random.once(3)) steps.push({ type: 'look' });
  }
  // The kernel has one value for all scenarios.
  if (sysctl !== undefined) steps.push({ type: 'commands', commands: [setSysctl(sysctl.name, sysctl.from)] });
  const name = `${number} ${service.protocol} IPv${family} ${scheduler}${sysctl === undefined ? '' : ` ${sysctl.name}`}`;
  return { name, seed, virtuals, marks: service.protocol === 'FWM' ? [mark] : [], steps };
}

/** Those of section "sysctls" of ipvs-sysctl.rst that change what happens to a packet at once; `from` is the default. */
const sysctls = [
  { name: 'expire_nodest_conn', from: 0, to: 1 },
  { name: 'expire_quiescent_template', from: 0, to: 1 },
  { name: 'conn_reuse_mode', from: 1, to: 0 },
  { name: 'conn_reuse_mode', from: 1, to: 3 },
  { name: 'sloppy_tcp', from: 0, to: 1 },
  { name: 'nat_icmp_send', from: 0, to: 1 },
  { name: 'secure_tcp', from: 0, to: 3 },
  { name: 'schedule_icmp', from: 0, to: 1 },
  { name: 'pmtu_disc', from: 1, to: 0 },
];

const setSysctl = (name: string, value: number): TableCommand => ({ type: 'set-sysctl', name, value: [value] });

function drawService(
  random: Random,
  scheduler: string,
  { address, mark }: { address: string; mark: number },
): ServiceDefinition {
  const isIpv6 = address.includes(':');
  const protocol = random.pick(['TCP', 'TCP', 'UDP', 'UDP', 'FWM'] as const);
  const isAnyPort = protocol !== 'FWM' && random.once(6);
  const onePacket = protocol === 'UDP' && !isAnyPort && random.once(5);
  const isPersistent = isAnyPort || (!onePacket && random.once(3));
  const mask = isIpv6 ? random.pick(['128', '128', '64', '112']) : random.pick(['255.255.255.255', '255.255.255.0']);
  return {
    protocol,
    address: protocol === 'FWM' ? (isIpv6 ? '::' : '0.0.0.0') : address,
    port: protocol === 'FWM' || isAnyPort ? 0 : random.pick([80, 443, 53, 8080]),
    ...(protocol === 'FWM' ? { mark } : {}),
    scheduler,
    schedulerFlags: drawFlags(random, scheduler),
    ...(isPersistent ? { persistence: { timeoutSeconds: random.pick([50, 300, 360, 1000]), mask } } : {}),
    onePacket,
  };
}

function drawFlags(random: Random, scheduler: string): SchedulerFlag[] {
  if (scheduler !== 'sh' && scheduler !== 'mh') return random.once(12) ? ['flag-3'] : [];
  const flags: SchedulerFlag[] = [];
  if (random.once(2)) flags.push(`${scheduler}-fallback`);
  if (random.once(2)) flags.push(`${scheduler}-port`);
  return flags;
}

function drawServers(draft: Draft): TableCommand[] {
  const count = draft.random.between(1, 6);
  const indices = draft.random.shuffled(Array.from({ length: 24 }, (_, index) => index + 1)).slice(0, count);
  return indices.map((index) => addServer(draft, drawServer(draft, index)));
}

const serverName = ({ address, port }: ServerDefinition): string => `${address} ${port}`;

function addServer(draft: Draft, server: ServerDefinition): TableCommand {
  draft.servers.set(serverName(server), server);
  return { type: 'add-server', service: draft.service, server };
}

function drawServer({ random, service }: Draft, index: number): ServerDefinition {
  const forwarding = random.pick(['masq', 'masq', 'masq', 'gate', 'ipip'] as const);
  const canMovePort = forwarding === 'masq' && service.port !== 0 && random.once(3);
  return {
    address: serverAddress(index, service.address.includes(':') ? 6 : 4),
    port: canMovePort ? random.pick([8000, 8081, 5353]) : service.port,
    forwarding,
    weight: drawWeight(random),
    ...drawThresholds(random),
  };
}

const drawWeight = (random: Random): number =>
  random.pick([0, 1, 1, 1, 2, 2, 3, 4, 5, 10, 100, random.between(1, 65535)]);

function drawThresholds(random: Random): { upperThreshold: number; lowerThreshold: number } {
  if (!random.once(6)) return { upperThreshold: 0, lowerThreshold: 0 };
  const upperThreshold = random.between(1, 8);
  return { upperThreshold, lowerThreshold: random.once(2) ? 0 : random.between(1, upperThreshold) };
}

function drawEdits(draft: Draft): Step[] {
  // Zeroing starts from what the kernel has counted so far, which is late by up to two seconds.
  if (draft.random.once(25)) return [{ type: 'let-count' }, { type: 'commands', commands: drawZeroing(draft) }];
  const count = draft.random.between(1, 3);
  return [{ type: 'commands', commands: Array.from({ length: count }, () => drawEdit(draft)).flat() }];
}

/** -Z, or the service goes and comes back with all its servers, whose counters start anew. */
function drawZeroing({ random, service, servers }: Draft): TableCommand[] {
  if (random.once(2)) return [{ type: 'zero', service }];
  return [
    { type: 'delete-service', service },
    { type: 'add-service', service },
    ...[...servers.values()].map((server): TableCommand => ({ type: 'add-server', service, server })),
  ];
}

function drawEdit(draft: Draft): TableCommand[] {
  const { random, service, servers, removed } = draft;
  const present = [...servers.values()];
  const kind = random.pick(['weight', 'weight', 'weight', 'delete', 'add', 'add-again', 'edit-service'] as const);
  if (kind === 'add') return [addNewServer(draft)];
  if (kind === 'add-again' && removed.size > 0) {
    const server = random.pick([...removed.values()]);
    removed.delete(serverName(server));
    return [addServer(draft, { ...server, weight: drawWeight(random) })];
  }
  if (kind === 'edit-service') return [{ type: 'edit-service', service: { ...service, schedulerFlags: [] } }];
  if (present.length === 0) return [addNewServer(draft)];
  const server = random.pick(present);
  if (kind === 'delete') {
    servers.delete(serverName(server));
    removed.set(serverName(server), server);
    return [{ type: 'delete-server', service, server }];
  }
  const edited = { ...server, weight: drawWeight(random), ...drawThresholds(random) };
  servers.set(serverName(server), edited);
  return [{ type: 'edit-server', service, server: edited }];
}

function addNewServer(draft: Draft): TableCommand {
  const { random, servers, removed } = draft;
  for (;;) {
    const server = drawServer(draft, random.between(1, 24));
    if (!servers.has(serverName(server)) && !removed.has(serverName(server))) return addServer(draft, server);
  }
}

function drawConversation(draft: Draft): Conversation {
  const { random, service, virtuals, clients } = draft;
  const isAgain = clients.length > 0 && random.once(4);
  const client = isAgain ? random.pick(clients) : clientAddress(random.between(10, 0x7ffff0), familyOfService(draft));
  clients.push(client);
  const isMarked = service.protocol === 'FWM';
  const protocol = service.protocol === 'FWM' ? random.pick(['TCP', 'UDP'] as const) : service.protocol;
  const parties = {
    client,
    clientPort: random.between(1024, 65535),
    virtual: isMarked ? random.pick(virtuals) : (virtuals[0] ?? ''),
    virtualPort: service.port === 0 ? random.pick([80, 443, 8080]) : service.port,
    mark: service.mark ?? 0,
  };
  return protocol === 'TCP' ? tcpConversation(random, parties) : udpConversation(random, parties);
}

function drawStray(draft: Draft): Step[] {
  const { random, service, virtuals, servers, removed } = draft;
  const known = [...servers.values(), ...removed.values()];
  if (known.length === 0) return [];
  const { address, port } = random.pick(known);
  const parties = {
    client: clientAddress(random.between(10, 0x7ffff0), familyOfService(draft)),
    clientPort: random.between(1024, 65535),
    virtual: virtuals[0] ?? '',
    virtualPort: service.port,
    mark: 0,
  };
  const protocol = service.protocol === 'FWM' ? random.pick(['TCP', 'UDP'] as const) : service.protocol;
  const conversation = strayConversation(random, parties, protocol);
  return [{ type: 'stray', conversation, server: { address, port: port === 0 ? 80 : port } }];
}

const familyOfService = ({ service }: Draft): 4 | 6 => (service.address.includes(':') ? 6 : 4);
