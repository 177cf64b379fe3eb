import type { ServerDefinition, ServiceDefinition, ServiceKey, TableCommand, Tunnel } from '../../api/table.ts';
import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { CommandLine } from './command-line.ts';
import { usageError } from './exit.ts';
import { checkTunnelOptions, type CommandName, type OptionKind } from './legality.ts';
import type { IpvsadmRequest } from './request.ts';

/** What a command line whose options are legal asks for. Throws IpvsadmExit where options do not fit each other. */
export function requestOf(line: CommandLine, given: ReadonlySet<OptionKind>): IpvsadmRequest {
  if (line.command === 'list') return listRequest(line, given);
  if (line.command === 'save') return { type: 'save', format: line.format };
  if (line.command === 'restore') return { type: 'restore' };
  const command = tableCommand(line, line.command, given);
  if (line.engine !== '' && line.persistenceSeconds === undefined && isServiceChange(command))
    return { type: 'idle-engine', command };
  return line.protocol === 'SCTP' ? { type: 'sctp', command: command.type } : { type: 'execute', command };
}

function isServiceChange(command: TableCommand): command is TableCommand & { type: 'add-service' | 'edit-service' } {
  return command.type === 'add-service' || command.type === 'edit-service';
}

function listRequest(line: CommandLine, given: ReadonlySet<OptionKind>): IpvsadmRequest {
  const has = (...kinds: OptionKind[]): boolean => kinds.some((kind) => given.has(kind));
  if (
    (has('connection', 'timeout', 'daemon') && has('stats', 'rate', 'thresholds')) ||
    (has('timeout', 'daemon') && has('persistent-conn'))
  )
    throw usageError('options conflicts in the list command');
  const { format } = line;
  if (has('connection')) return { type: 'list-connections', format };
  if (has('service-address'))
    return { type: 'list', format, service: line.protocol === 'SCTP' ? 'sctp' : serviceKey(line) };
  if (has('timeout')) return { type: 'list-timeouts' };
  if (has('daemon')) return { type: 'list-daemons' };
  return { type: 'list', format };
}

function tableCommand(
  line: CommandLine,
  name: Exclude<CommandName, 'list' | 'save' | 'restore'>,
  given: ReadonlySet<OptionKind>,
): TableCommand {
  switch (name) {
    case 'add-service':
    case 'edit-service':
      return { type: name, service: serviceDefinition(line) };
    case 'delete-service':
      return { type: 'delete-service', service: serviceKey(line) };
    case 'add-server':
    case 'edit-server':
      return { type: name, ...serverDefinition(line, given) };
    case 'delete-server': {
      const { address, port } = line.server;
      return { type: 'delete-server', service: serviceKey(line), server: { address: canonical(address), port } };
    }
    case 'flush':
      return { type: 'flush' };
    case 'zero':
      // ipvsadm takes the unspecified address without a port for "all".
      return given.has('service-address') && !isUnspecified(line)
        ? { type: 'zero', service: serviceKey(line) }
        : { type: 'zero' };
    case 'set':
      return { type: 'set-timeouts', timeouts: line.timeouts };
    case 'start-daemon':
      return { type: 'start-sync', daemon: syncDaemon(line) };
    case 'stop-daemon':
      return { type: 'stop-sync', role: line.daemon.role };
  }
}

function syncDaemon({ daemon }: CommandLine): Extract<TableCommand, { type: 'start-sync' }>['daemon'] {
  return {
    maximumLength: 0,
    group: '224.0.0.81',
    port: 8848,
    ttl: 1,
    ...daemon,
    interface: daemon.interface === '' ? 'eth0' : daemon.interface,
  };
}

function isUnspecified(line: CommandLine): boolean {
  return line.mark === 0 && line.port === 0 && /^[0:.]+$/.test(line.address);
}

function serviceKey(line: CommandLine): ServiceKey {
  if (line.mark !== 0) return { protocol: 'FWM', address: line.address, port: 0, mark: line.mark };
  const protocol = line.protocol === 'UDP' ? 'UDP' : 'TCP';
  return { protocol, address: canonical(line.address), port: line.port };
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}

function serviceDefinition(line: CommandLine): ServiceDefinition {
  if (line.mark === 0 && line.port === 0 && line.persistenceSeconds === undefined)
    throw usageError('Zero port specified for non-persistent service', { option: 'service-address' });
  if (line.onePacket && line.mark === 0 && line.protocol !== 'UDP')
    throw usageError('One-Packet Scheduling is only for UDP virtual services', { option: 'ops' });
  return {
    ...serviceKey(line),
    scheduler: line.scheduler === '' ? 'wlc' : line.scheduler,
    schedulerFlags: line.schedulerFlags,
    onePacket: line.onePacket,
    ...(line.persistenceSeconds === undefined ? {} : { persistence: persistence(line, line.persistenceSeconds) }),
  };
}

function persistence({ mask, engine }: CommandLine, timeoutSeconds: number): ServiceDefinition['persistence'] {
  return { timeoutSeconds, mask, ...(engine === '' ? {} : { engine }) };
}

function serverDefinition(
  line: CommandLine,
  given: ReadonlySet<OptionKind>,
): { service: ServiceKey; server: ServerDefinition } {
  const isTunnel = line.forwarding === 'ipip';
  // Packets that are not rewritten keep the port that the client used.
  const port = line.mark === 0 && line.forwarding !== 'masq' ? line.port : line.server.port;
  if (line.server.family !== line.family && !isTunnel)
    throw usageError('Different address family is allowed only for tunneling servers', { option: 'real-server' });
  const tunnelOptions = ['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const;
  if (!isTunnel && tunnelOptions.some((kind) => given.has(kind)))
    throw usageError('Tunnel options conflict with forward method');
  checkTunnelOptions(line.tunnelType, given);
  const { weight, upperThreshold, lowerThreshold, forwarding } = line;
  const server = { address: canonical(line.server.address), port, forwarding, weight, upperThreshold, lowerThreshold };
  return {
    service: serviceKey(line),
    server: isTunnel && line.tunnelType !== 'ipip' ? { ...server, tunnel: tunnelOf(line) } : server,
  };
}

function tunnelOf({ tunnelType: type, tunnelPort: port, tunnelChecksum: checksum }: CommandLine): Tunnel {
  return { type, port, checksum };
}
