import type { Tunnel } from '../../api/table.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { describeServer, describeService, endpoint } from '../describe.ts';
import { Losses } from '../losses.ts';
import { hostMask } from '../persistence-mask.ts';
import type { WriteResult } from '../result.ts';
import { familyOf } from '../values.ts';

const forwardingOptions = { masq: '-m', gate: '-g', local: '-g', ipip: '-i' } as const;

/** The table as commands for `ipvsadm -R`: it has no checks, no sorry server and no VRRP. */
export function writeIpvsadm(configuration: DirectorConfiguration): WriteResult {
  const losses = new Losses();
  const { instances, virtualServers, marks, sync, timeouts, plane } = configuration;
  for (const instance of instances) losses.add(`vrrp_instance ${instance.name}`, 'ipvsadm has no VRRP', instance);
  for (const mark of marks) losses.add(`rule for mark ${mark.mark}`, 'marks are set by iptables', mark);
  losses.when(plane !== 'auto', `plane ${plane}`, 'ipvsadm knows only the kernel');
  losses.when(sync?.instance !== undefined, `the VRRP instance of synchronisation`, 'ipvsadm sets roles by hand', sync);
  const lines = [
    ...(timeouts ? [`--set ${timeouts.tcpSeconds} ${timeouts.tcpFinSeconds} ${timeouts.udpSeconds}`] : []),
    ...(sync ? [syncLine(sync)] : []),
    ...virtualServers.flatMap((service) => serviceLines(service, losses)),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), losses: losses.list };
}

function syncLine({
  interface: device,
  syncId,
  maximumLength,
  group,
  port,
  ttl,
}: NonNullable<DirectorConfiguration['sync']>): string {
  const length = maximumLength === 0 ? '' : ` --sync-maxlen ${maximumLength}`;
  return `--start-daemon master --mcast-interface ${device} --syncid ${syncId}${length} --mcast-group ${group} --mcast-port ${port} --mcast-ttl ${ttl}`;
}

function serviceLines(service: VirtualServerConfiguration, losses: Losses): string[] {
  const what = describeService(service);
  losses.when(service.sorryServer !== undefined, `sorry server of ${what}`, 'ipvsadm has none', service);
  losses.when(service.quorum !== 1 || service.hysteresis !== 0, `quorum of ${what}`, 'ipvsadm has no checks', service);
  const notifies = service.quorumUp ?? service.quorumDown;
  losses.when(
    notifies !== undefined || service.notifiesOnStop,
    `notifications of ${what}`,
    'ipvsadm runs no programs',
    service,
  );
  losses.when(
    service.maintenanceDirectory !== undefined,
    `maintenance directory of ${what}`,
    'ipvsadm has none',
    service,
  );
  const { persistence, schedulerFlags, onePacket, scheduler } = service;
  const everyone = hostMask(familyOf(service.address));
  const name = serviceOption(service);
  const options = [
    `-A ${name} -s ${scheduler}`,
    persistence ? `-p ${persistence.timeoutSeconds}` : '',
    persistence && persistence.mask !== everyone ? `-M ${persistence.mask}` : '',
    persistence?.engine === undefined ? '' : `--pe ${persistence.engine}`,
    onePacket ? '-o' : '',
    schedulerFlags.length === 0 ? '' : `-b ${schedulerFlags.join(',')}`,
  ];
  return [
    options.filter((option) => option !== '').join(' '),
    ...service.realServers.map((server) => serverLine(server, name, losses)),
  ];
}

function serviceOption({ protocol, address, port, mark }: VirtualServerConfiguration): string {
  if (mark !== undefined) return `-f ${mark}${address.includes(':') ? ' -6' : ''}`;
  return `${protocol === 'UDP' ? '-u' : '-t'} ${endpoint(address, port)}`;
}

function serverLine(server: RealServerConfiguration, name: string, losses: Losses): string {
  const { address, port, forwarding, weight, tunnel, upperThreshold, lowerThreshold, checks } = server;
  const what = describeServer(server);
  losses.when(checks.length > 0, `${checks.length} checks of ${what}`, 'ipvsadm has no checks', server);
  losses.when(
    server.inhibitOnFailure || server.startsDown,
    `behaviour of ${what} on failure`,
    'ipvsadm has no checks',
    server,
  );
  const notifies = server.notifyUp ?? server.notifyDown;
  losses.when(notifies !== undefined, `notifications of ${what}`, 'ipvsadm runs no programs', server);
  losses.when(
    forwarding === 'local',
    `local forwarding of ${what}`,
    'the kernel chooses it by itself; written as -g',
    server,
  );
  const options = [
    `-a ${name} -r ${endpoint(address, port)} ${forwardingOptions[forwarding]} -w ${weight}`,
    upperThreshold === 0 ? '' : `-x ${upperThreshold}`,
    lowerThreshold === 0 ? '' : `-y ${lowerThreshold}`,
    tunnel ? tunnelOptions(tunnel) : '',
  ];
  return options.filter((option) => option !== '').join(' ');
}

const checksumOptions = { none: '', checksum: ' --tun-csum', 'remote-checksum': ' --tun-remcsum' } as const;

function tunnelOptions({ type, port, checksum }: Tunnel): string {
  return `--tun-type ${type}${type === 'gue' ? ` --tun-port ${port}` : ''}${checksumOptions[checksum]}`;
}
