import type { Tunnel } from '../../api/table.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { BlockText } from '../block-text.ts';
import { describeServer, describeService } from '../describe.ts';
import type { Losses } from '../losses.ts';
import { hostMask } from '../persistence-mask.ts';
import { familyOf } from '../values.ts';
import { checksumNames, methodNames } from './forwarding.ts';
import { writeCheck } from './write-checks.ts';
import { notifyWords } from './write-words.ts';

export function writeVirtualServer(out: BlockText, service: VirtualServerConfiguration, losses: Losses): void {
  const { mark, address, port, protocol, onePacket } = service;
  const what = describeService(service);
  losses.when(
    service.maintenanceDirectory !== undefined,
    `maintenance directory of ${what}`,
    'keepalived has none',
    service,
  );
  losses.when(onePacket && protocol === 'TCP', `one-packet scheduling of ${what}`, 'only for UDP', service);
  const total = Math.max(
    1,
    service.realServers.reduce((sum, { weight }) => sum + weight, 0),
  );
  losses.when(
    service.quorum > total && service.realServers.length > 0,
    `quorum of ${what}`,
    'more than all weights together',
    service,
  );
  out.block(mark === undefined ? `virtual_server ${address} ${port}` : `virtual_server fwmark ${mark}`, () => {
    if (mark !== undefined) out.line('ip_family', familyOf(address) === 6 ? 'inet6' : 'inet');
    out.line('lb_algo', service.scheduler);
    for (const flag of service.schedulerFlags) out.line(flag);
    out.line('lb_kind', 'NAT');
    if (protocol !== 'FWM') out.line('protocol', protocol);
    out.flag('ops', onePacket);
    writePersistence(out, service);
    writePool(out, service, losses);
    for (const server of service.realServers) writeRealServer(out, server, service, losses);
  });
}

function writePersistence(out: BlockText, { persistence, address }: VirtualServerConfiguration): void {
  if (!persistence) return;
  out.line('persistence_timeout', persistence.timeoutSeconds);
  if (persistence.mask !== hostMask(familyOf(address))) out.line('persistence_granularity', persistence.mask);
  out.optional('persistence_engine', persistence.engine);
}

function writePool(out: BlockText, service: VirtualServerConfiguration, losses: Losses): void {
  const { quorum, hysteresis, quorumUp, quorumDown, sorryServer } = service;
  if (quorum !== 1) out.line('quorum', quorum);
  if (hysteresis !== 0) out.line('hysteresis', hysteresis);
  if (quorumUp) out.line('quorum_up', notifyWords(quorumUp, losses, service));
  if (quorumDown) out.line('quorum_down', notifyWords(quorumDown, losses, service));
  out.flag('omega', service.notifiesOnStop);
  if (!sorryServer) return;
  const what = `sorry server of ${describeService(service)}`;
  losses.when(sorryServer.weight !== 1, `weight of the ${what}`, 'it is always 1', service);
  losses.when(
    sorryServer.forwarding === 'local',
    `local forwarding of the ${what}`,
    'keepalived has no word for it',
    service,
  );
  losses.when(
    sorryServer.port === 0 && service.port !== 0,
    `port 0 of the ${what}`,
    "it would be the service's",
    service,
  );
  out.line('sorry_server', sorryServer.address, sorryServer.port);
  out.line('sorry_server_lvs_method', method(sorryServer));
  out.flag('sorry_server_inhibit', sorryServer.inhibit);
}

function method({
  forwarding,
  tunnel,
}: {
  readonly forwarding: keyof typeof methodNames;
  readonly tunnel?: Tunnel;
}): string {
  const name = methodNames[forwarding] ?? 'NAT';
  if (!tunnel) return name;
  const port = tunnel.type === 'gue' ? ` port ${tunnel.port}` : '';
  const checksum = tunnel.type === 'ipip' ? '' : ` ${checksumNames[tunnel.checksum]}`;
  return `${name} type ${tunnel.type}${port}${checksum}`;
}

function writeRealServer(
  out: BlockText,
  server: RealServerConfiguration,
  service: VirtualServerConfiguration,
  losses: Losses,
): void {
  const what = describeServer(server);
  const { forwarding, connectsPerNegotiate, notifyUp, notifyDown } = server;
  losses.when(forwarding === 'local', `local forwarding of ${what}`, 'keepalived has no word for it', server);
  losses.when(connectsPerNegotiate !== undefined, `the turns of the checks of ${what}`, 'keepalived runs all', server);
  const fixedPort = service.mark === undefined && forwarding !== 'masq' && server.port !== service.port;
  losses.when(fixedPort, `port of ${what}`, "without NAT it is the service's", server);
  losses.when(server.port === 0 && service.port !== 0, `port 0 of ${what}`, "it would be the service's", server);
  out.block(`real_server ${server.address} ${server.port}`, () => {
    out.line('weight', server.weight);
    if (forwarding !== 'masq') out.line('lvs_method', method(server));
    if (server.upperThreshold !== 0) out.line('uthreshold', server.upperThreshold);
    if (server.lowerThreshold !== 0) out.line('lthreshold', server.lowerThreshold);
    out.flag('inhibit_on_failure', server.inhibitOnFailure);
    out.flag('alpha', server.startsDown);
    if (notifyUp) out.line('notify_up', notifyWords(notifyUp, losses, server));
    if (notifyDown) out.line('notify_down', notifyWords(notifyDown, losses, server));
    for (const check of server.checks) writeCheck(out, check, server, losses);
  });
}
