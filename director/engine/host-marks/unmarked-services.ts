import { ALL_BITS } from '../marks.ts';
import type { MarkRule } from '../marks.ts';

/** A virtual service that takes packets by their mark. */
export interface MarkService {
  readonly mark: number;
  readonly family: 4 | 6;
}

/** The services whose mark no rule gives to any packet of their family. */
export function unmarkedServices(services: readonly MarkService[], rules: readonly MarkRule[]): MarkService[] {
  return services.filter((service) => !rules.some((rule) => mayMark(rule, service)));
}

function mayMark({ mark, mask = ALL_BITS, source, destination }: MarkRule, service: MarkService): boolean {
  const family = familyOf(destination) ?? familyOf(source);
  if (family !== undefined && family !== service.family) return false;
  return mark !== 0 && ((mark ^ service.mark) & mask) === 0;
}

function familyOf(network: string | undefined): 4 | 6 | undefined {
  if (network === undefined) return undefined;
  return network.includes(':') ? 6 : 4;
}

/** One sentence: that nothing reaches the service, and what to do. */
export function describeUnmarked({ mark, family }: MarkService): string {
  const program = family === 4 ? 'iptables' : 'ip6tables';
  const example = family === 4 ? '192.0.2.1' : '2001:db8::1';
  return [
    `No packet will reach the ${family === 4 ? 'IPv4' : 'IPv6'} service of firewall mark ${mark}: no rule sets that mark.`,
    `With the service's address in the place of ${example}, either`,
    `"${program} -t mangle -A PREROUTING -d ${example} -p tcp --dport 80 -j MARK --set-mark ${mark}"`,
    'or, in director.yaml,',
    `"marks: [{ mark: ${mark}, protocol: TCP, destination: ${example}, ports: { from: 80, to: 80 } }]"`,
  ].join(' ');
}
