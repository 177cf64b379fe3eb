import { formatPlace } from '../../api/place.ts';
import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type {
  ConnectionSnapshot,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServiceSnapshot,
} from '../../api/snapshot.ts';
import { formatAddress, parseAddress } from '../../engine/address.ts';

const FTP = 21;
const FTP_DATA = 20;
const FIRST_FREE_PORT = 1024;
const STATELESS: Readonly<Record<string, (servers: readonly RealServerSnapshot[]) => RealServerSnapshot | undefined>> =
  {
    lc: (servers) => least(servers, (server) => overhead(server)),
    wlc: (servers) => least(servers, (server) => overhead(server) / server.weight),
    sed: (servers) => least(servers, delay),
    nq: (servers) => servers.find(({ activeConnections }) => activeConnections === 0) ?? least(servers, delay),
    fo: (servers) => least(servers, ({ weight }) => -weight),
    ovf: (servers) =>
      least(
        servers.filter(({ activeConnections, weight }) => activeConnections < weight),
        ({ weight }) => -weight,
      ),
  };

/**
 * Which server the kernel would give a flow, as far as its table tells: entries, templates and the schedulers that only count.
 * The positions of rr and wrr and the tables of the others are not shown by the kernel.
 */
export function explainFlow(
  question: FlowQuestion,
  table: TableSnapshot,
  connections: readonly ConnectionSnapshot[],
): Explanation {
  const steps: string[] = [];
  const entry = connections.find((one) => isOf(one, question) && one.clientPort === question.clientPort);
  if (entry !== undefined && !isTemplate(entry)) {
    const server = { address: entry.serverAddress, port: entry.serverPort };
    steps.push(`There is a connection entry in state ${entry.state}: it goes on to ${formatPlace(server)}`);
    return { by: 'entry', server, steps, candidates: [] };
  }
  steps.push('There is no connection entry of this flow');
  const service = findService(question, table.services);
  if (service === undefined) {
    steps.push('No virtual service is for this address, port or mark: the packet is the host’s own affair');
    return { by: 'no-service', steps, candidates: [] };
  }
  const key = keyOf(service);
  steps.push(`It is for the virtual service ${describe(service)}`);
  const template = findTemplate(question, service, connections);
  if (template !== undefined) {
    const server = { address: template.serverAddress, port: template.serverPort };
    steps.push(`A persistence template holds this client at ${formatPlace(server)}`);
    return { by: 'template', service: key, server, scheduler: service.scheduler, steps, candidates: [] };
  }
  if (service.persistence !== undefined) steps.push('No persistence template holds this client');
  return { ...schedule(service, steps), service: key, scheduler: service.scheduler };
}

function schedule(service: VirtualServiceSnapshot, steps: string[]): Explanation {
  const inOrder = [...service.realServers].sort((left, right) => left.order - right.order);
  const candidates = inOrder.map((server) => ({
    server: { address: server.address, port: server.port },
    eligible: whyNot(server) === undefined,
    why: whyNot(server) ?? 'may be picked',
    numbers: {
      weight: server.weight,
      active: server.activeConnections,
      inactive: server.inactiveConnections,
      overhead: overhead(server),
    },
  }));
  const eligible = inOrder.filter((server) => whyNot(server) === undefined);
  if (eligible.length === 0) {
    steps.push('No server may be picked: the client is told that the port is unreachable');
    return { by: 'no-server', steps, candidates };
  }
  const pick = STATELESS[service.scheduler];
  if (pick === undefined) {
    steps.push(
      `The kernel does not show where its scheduler ${service.scheduler} stands: any that may be picked can be next`,
    );
    return { by: 'scheduler', steps, candidates };
  }
  const picked = pick(eligible);
  if (picked === undefined) {
    steps.push(`${service.scheduler} finds no server with room`);
    return { by: 'no-server', steps, candidates };
  }
  const server = { address: picked.address, port: picked.port };
  steps.push(`${service.scheduler} picks ${formatPlace(server)}`);
  return { by: 'scheduler', server, steps, candidates };
}

function whyNot(server: RealServerSnapshot): string | undefined {
  if (server.weight === 0) return 'its weight is 0';
  const connections = server.activeConnections + server.inactiveConnections;
  if (server.upperThreshold > 0 && connections >= server.upperThreshold)
    return `it has ${String(connections)} connections, and takes ${String(server.upperThreshold)} at most`;
  return undefined;
}

/** As ip_vs_dest_conn_overhead weighs connections. */
function overhead({ activeConnections, inactiveConnections }: RealServerSnapshot): number {
  return activeConnections * 256 + inactiveConnections;
}

function delay({ activeConnections, weight }: RealServerSnapshot): number {
  return (activeConnections + 1) / weight;
}

/** The first of the smallest. */
function least(
  servers: readonly RealServerSnapshot[],
  value: (server: RealServerSnapshot) => number,
): RealServerSnapshot | undefined {
  let best: RealServerSnapshot | undefined;
  for (const server of servers) if (best === undefined || value(server) < value(best)) best = server;
  return best;
}

/** ip_vs_service_find: mark, exact, FTP data, all ports. */
function findService(
  { protocol, virtualAddress, virtualPort, mark }: FlowQuestion,
  services: readonly VirtualServiceSnapshot[],
): VirtualServiceSnapshot | undefined {
  const family = parseAddress(virtualAddress)?.family;
  const marked = services.find(
    (one) => mark !== undefined && one.mark === mark && parseAddress(one.address)?.family === family,
  );
  const ofAddress = services.filter((one) => one.protocol === protocol && one.address === virtualAddress);
  const onPort = (port: number): VirtualServiceSnapshot | undefined => ofAddress.find((one) => one.port === port);
  const mayBeFtpData = protocol === 'TCP' && (virtualPort === FTP_DATA || virtualPort >= FIRST_FREE_PORT);
  return marked ?? onPort(virtualPort) ?? (mayBeFtpData ? onPort(FTP) : undefined) ?? onPort(0);
}

function findTemplate(
  { clientAddress, virtualAddress, virtualPort }: FlowQuestion,
  service: VirtualServiceSnapshot,
  connections: readonly ConnectionSnapshot[],
): ConnectionSnapshot | undefined {
  if (service.persistence === undefined) return undefined;
  const client = masked(clientAddress, service.persistence.mask);
  const coversAllPorts = service.mark !== undefined || service.port === 0 || service.port === FTP;
  return connections.find(
    (one) =>
      isTemplate(one) &&
      one.clientAddress === client &&
      one.virtualPort === (coversAllPorts ? 0 : virtualPort) &&
      (service.mark === undefined ? one.virtualAddress === virtualAddress : one.protocol === 'IP'),
  );
}

function masked(address: string, mask: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return address;
  const maskWords = parseAddress(mask)?.words ?? prefixWords(Number(mask));
  const words = parsed.words.map((word, index) => word & (maskWords[index] ?? 0));
  return formatAddress({ family: parsed.family, words });
}

function prefixWords(length: number): Uint32Array {
  return Uint32Array.from([0, 32, 64, 96], (start) => {
    const bits = Math.min(Math.max(length - start, 0), 32);
    return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  });
}

function isTemplate({ clientPort, state }: ConnectionSnapshot): boolean {
  return clientPort === 0 && (state === 'NONE' || state === 'ASSURED');
}

function isOf(
  one: ConnectionSnapshot,
  { protocol, clientAddress, virtualAddress, virtualPort }: FlowQuestion,
): boolean {
  return (
    one.protocol === protocol &&
    one.clientAddress === clientAddress &&
    one.virtualAddress === virtualAddress &&
    one.virtualPort === virtualPort
  );
}

function keyOf({ protocol, address, port, mark }: VirtualServiceSnapshot): NonNullable<Explanation['service']> {
  return { protocol, address, port, ...(mark === undefined ? {} : { mark }) };
}

function describe(service: VirtualServiceSnapshot): string {
  return service.mark === undefined ? `${service.protocol} ${formatPlace(service)}` : `FWM ${String(service.mark)}`;
}
