import type { RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import { formatEndpoint } from './endpoint.ts';
import { schedulerFlagNames, type Listing } from './format.ts';
import { sortServers, sortServices } from './order.ts';
import { tunnelRule } from './tunnel.ts';

const forwardingOptions = { masq: '-m', gate: '-g', local: '-g', ipip: '-i' } as const;

/** `ipvsadm -S`: the table as rules that -R reads. Thresholds are not among them, as in ipvsadm 1.31. */
export function formatRules(services: readonly VirtualServiceSnapshot[], listing: Listing): string {
  return sortServices(services)
    .flatMap((service) => {
      const name = serviceOption(service, listing);
      const servers = sortServers(service.realServers);
      return [
        serviceRule(service, name),
        ...servers.map((server) => serverRule(server, { name, protocol: service.protocol, listing })),
      ];
    })
    .join('');
}

function serviceOption(service: VirtualServiceSnapshot, { names }: Listing): string {
  const isIpv6 = service.address.includes(':');
  if (service.protocol === 'FWM') return `-f ${(service.mark ?? 0) | 0}${isIpv6 ? ' -6' : ''}`;
  return `${service.protocol === 'TCP' ? '-t' : '-u'} ${formatEndpoint(service, service.protocol, names)}`;
}

function serviceRule(service: VirtualServiceSnapshot, name: string): string {
  const { scheduler, schedulerFlags, persistence, onePacket, address } = service;
  const everyone = address.includes(':') ? '128' : '255.255.255.255';
  const shown = schedulerFlagNames(scheduler, schedulerFlags);
  const options = [
    persistence === undefined ? '' : ` -p ${persistence.timeoutSeconds}`,
    persistence === undefined || persistence.mask === everyone ? '' : ` -M ${persistence.mask}`,
    persistence?.engine === undefined ? '' : ` --pe ${persistence.engine}`,
    onePacket ? ' -o' : '',
    shown === undefined ? '' : ` -b ${shown}`,
  ];
  return `-A ${name} -s ${scheduler}${options.join('')}\n`;
}

function serverRule(
  server: RealServerSnapshot,
  { name, protocol, listing }: { readonly name: string; readonly protocol: string; readonly listing: Listing },
): string {
  const endpoint = formatEndpoint(server, protocol, listing.names);
  const forwarding = forwardingOptions[server.forwarding];
  return `-a ${name} -r ${endpoint} ${forwarding} -w ${server.weight}${tunnelRule(server)}\n`;
}
