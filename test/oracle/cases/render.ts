import type { ServerDefinition, ServiceDefinition, ServiceKey, TableCommand } from '../../../director/api/table.ts';

/** The arguments with which the real `ipvsadm` gives this command to the kernel. */
export function ipvsadmArguments(command: TableCommand): string {
  switch (command.type) {
    case 'add-service':
      return `-A ${key(command.service)} ${serviceOptions(command.service)}`;
    case 'edit-service':
      return `-E ${key(command.service)} ${serviceOptions(command.service)}`;
    case 'delete-service':
      return `-D ${key(command.service)}`;
    case 'add-server':
      return `-a ${key(command.service)} ${serverOptions(command.server)}`;
    case 'edit-server':
      return `-e ${key(command.service)} ${serverOptions(command.server)}`;
    case 'delete-server':
      return `-d ${key(command.service)} -r ${endpoint(command.server.address, command.server.port)}`;
    case 'flush':
      return '-C';
    case 'zero':
      return command.service === undefined ? '-Z' : `-Z ${key(command.service)}`;
    case 'set-timeouts': {
      const { tcpSeconds, tcpFinSeconds, udpSeconds } = command.timeouts;
      return `--set ${tcpSeconds} ${tcpFinSeconds} ${udpSeconds}`;
    }
    case 'start-sync': {
      const { role, interface: name, syncId } = command.daemon;
      return `--start-daemon ${role} --mcast-interface ${name} --syncid ${syncId}`;
    }
    case 'stop-sync':
      return `--stop-daemon ${command.role}`;
    case 'set-sysctl':
      throw new Error('A sysctl is no command of ipvsadm.');
  }
}

export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function key({ protocol, address, port, mark }: ServiceKey): string {
  if (protocol === 'FWM') return `-f ${mark ?? 0}${address.includes(':') ? ' -6' : ''}`;
  return `${protocol === 'TCP' ? '-t' : '-u'} ${endpoint(address, port)}`;
}

function serviceOptions({ scheduler, schedulerFlags, persistence, onePacket }: ServiceDefinition): string {
  const options = [`-s ${scheduler}`];
  if (schedulerFlags.length > 0) options.push(`-b ${schedulerFlags.join(',')}`);
  if (persistence !== undefined) options.push(`-p ${persistence.timeoutSeconds} -M ${persistence.mask}`);
  if (onePacket) options.push('-o');
  return options.join(' ');
}

const forwardingOptions = { masq: '-m', gate: '-g', ipip: '-i', local: '-g' } as const;

function serverOptions(server: ServerDefinition): string {
  const options = [`-r ${endpoint(server.address, server.port)}`, forwardingOptions[server.forwarding]];
  options.push(`-w ${server.weight}`);
  if (server.upperThreshold > 0) options.push(`-x ${server.upperThreshold}`);
  if (server.lowerThreshold > 0) options.push(`-y ${server.lowerThreshold}`);
  return options.join(' ');
}
