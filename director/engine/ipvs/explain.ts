import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { ServerKey } from '../../api/table.ts';
import { formatAddress, parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../packet/packet.ts';
import type { Balancer } from './balancer.ts';
import { CLIENT, ConnectionKeyBuffer } from './connection-columns.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Flow } from './flow.ts';
import type { Candidate, Reasoning } from './scheduler.ts';
import { endpoint } from './service.ts';
import type { Destination, VirtualService } from './service.ts';
import { keyOf, snapshotConnection } from './table-snapshot.ts';
import { fillTemplateKey } from './template-key.ts';

type Part = Omit<Explanation, 'steps'>;

/** Which server the first packet of a flow would get now, and why: step by step as the packet path looks. Changes nothing. */
export function explain(balancer: Balancer, question: FlowQuestion, now: number): Explanation {
  const flow = flowOf(question);
  if (flow === undefined) {
    const what = `${question.clientAddress} and ${question.virtualAddress} are not two addresses of one family.`;
    return { by: 'no-service', steps: [what], candidates: [] };
  }
  const steps: string[] = [];
  const part =
    byEntry(balancer, flow, steps, now) ?? byService(balancer, flow, steps, now) ?? noService(question, steps);
  return { ...part, steps };
}

function flowOf(question: FlowQuestion): Flow | undefined {
  const client = parseAddress(question.clientAddress);
  const virtual = parseAddress(question.virtualAddress);
  if (client === undefined || virtual?.family !== client.family) return undefined;
  const addresses = new Uint32Array(8);
  addresses.set(client.words);
  addresses.set(virtual.words, 4);
  return {
    family: client.family,
    protocol: question.protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP,
    addresses,
    sourcePort: question.clientPort,
    destinationPort: question.virtualPort,
    mark: question.mark ?? 0,
  };
}

function byEntry(balancer: Balancer, flow: Flow, steps: string[], now: number): Part | undefined {
  const { connections, services } = balancer;
  const entry = connections.findIncoming(flow);
  if (entry === -1) {
    steps.push('Connection table: no entry for this client, port and address.');
    return undefined;
  }
  const { state, expiresInSeconds } = snapshotConnection(connections, entry, now);
  const server = serverOf(connections, entry);
  const name = endpoint(connections.serverAddress(entry), connections.serverPort(entry));
  steps.push(`Connection table: an entry in state ${state}, ${expiresInSeconds} s left, leads to ${name}.`);
  const destination = services.destination(connections.destination(entry));
  const service = destination && keyOf(destination.service);
  const known = { ...(service && { service }), candidates: [] };
  if (destination === undefined || destination.available) return { by: 'entry', ...known, server };
  if (services.sysctls.expireNodestConn) {
    steps.push(`${name} was removed from the table and expire_nodest_conn is on: the entry would go.`);
    return undefined;
  }
  steps.push(`${name} was removed from the table: its packets are dropped (expire_nodest_conn is off).`);
  return { by: 'no-server', ...known };
}

function byService(balancer: Balancer, flow: Flow, steps: string[], now: number): Part | undefined {
  const service = balancer.services.find(flow);
  if (service === undefined) return undefined;
  steps.push(`Services: ${service.name} ${howFound(service, flow)}.`);
  if (service.isPersistent) {
    const part = byTemplate(balancer, service, flow, steps, now);
    if (part !== undefined) return part;
  } else if (service.mark === 0 && service.port !== flow.destinationPort) {
    steps.push(`${service.name} takes packets to other ports only while it is persistent.`);
    return { by: 'no-server', service: keyOf(service), candidates: [] };
  }
  return byScheduler(service, flow, steps, now);
}

function howFound(service: VirtualService, flow: Flow): string {
  if (service.mark !== 0) return `takes packets with mark ${service.mark}`;
  if (service.port === flow.destinationPort) return 'has this address and port';
  return service.port === 0 ? 'takes all ports of this address' : 'takes FTP data connections';
}

function byTemplate(
  balancer: Balancer,
  service: VirtualService,
  flow: Flow,
  steps: string[],
  now: number,
): Part | undefined {
  const { connections, services } = balancer;
  const key = new ConnectionKeyBuffer();
  fillTemplateKey(key, service, flow);
  const network = formatAddress({ family: flow.family, words: key.addresses.slice(CLIENT, CLIENT + 4) });
  const template = connections.findTemplate(key);
  if (template === -1) {
    steps.push(`Persistence: no template for ${network} (mask ${service.maskText}).`);
    return undefined;
  }
  const { state, expiresInSeconds } = snapshotConnection(connections, template, now);
  const destination = services.destination(connections.destination(template));
  const found = `Persistence: the template of ${network}, ${state}, ${expiresInSeconds} s left`;
  if (!destination?.available) {
    steps.push(`${found}, leads to a server that was removed: it does not count.`);
    return undefined;
  }
  const name = endpoint(destination.address, destination.port);
  if (destination.weight === 0 && services.sysctls.expireQuiescentTemplate) {
    steps.push(`${found}, leads to ${name}, which has weight 0: with expire_quiescent_template it does not count.`);
    return undefined;
  }
  steps.push(`${found}, leads to ${name}${destination.weight === 0 ? ', although that has weight 0' : ''}.`);
  const port =
    flow.destinationPort === service.port && destination.port !== 0 ? destination.port : flow.destinationPort;
  const server = { address: formatAddress(destination.address), port };
  return { by: 'template', service: keyOf(service), server, candidates: [] };
}

function byScheduler(service: VirtualService, flow: Flow, steps: string[], now: number): Part {
  const { scheduler } = service;
  const key = keyOf(service);
  if (scheduler === undefined) {
    steps.push(`${service.name} has no scheduler: nobody is picked.`);
    return { by: 'no-server', service: key, candidates: [] };
  }
  const reasoning = scheduler.explain(flow, now);
  const known = { service: key, scheduler: scheduler.name, candidates: reasoning.candidates.map(shown) };
  steps.push(`Scheduler ${scheduler.name}: ${reasoning.rule}`);
  const { picked } = reasoning;
  if (picked === undefined) {
    steps.push(whyNobody(service, reasoning));
    return { by: reasoning.isChance === true ? 'scheduler' : 'no-server', ...known };
  }
  steps.push(`It picks ${endpoint(picked.address, picked.port)}.`);
  return { by: 'scheduler', ...known, server: keyOfServer(picked) };
}

function whyNobody(service: VirtualService, { candidates, isChance }: Reasoning): string {
  if (candidates.length === 0)
    return `${service.name} has no servers: the client is told that the port is unreachable.`;
  if (!candidates.some(({ eligible }) => eligible))
    return 'No server may take a connection: the client is told that the port is unreachable.';
  return isChance === true
    ? 'Which server it will be, no one can tell beforehand.'
    : 'The server that the client falls to takes no connection: the client is told that the port is unreachable.';
}

function shown({ destination, eligible, why, numbers }: Candidate): Explanation['candidates'][number] {
  return { server: keyOfServer(destination), eligible, why, numbers };
}

function keyOfServer({ address, port }: Destination): ServerKey {
  return { address: formatAddress(address), port };
}

function serverOf(connections: ConnectionTable, entry: number): ServerKey {
  const address: Address = connections.serverAddress(entry);
  return { address: formatAddress(address), port: connections.serverPort(entry) };
}

function noService({ virtualAddress, virtualPort, protocol }: FlowQuestion, steps: string[]): Part {
  steps.push(`Services: none for ${protocol} ${virtualAddress} port ${virtualPort}: the packet goes its own way.`);
  return { by: 'no-service', candidates: [] };
}
