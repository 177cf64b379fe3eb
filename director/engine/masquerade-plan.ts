import { ipv4FromNumber, ipv4ToNumber } from './vrrp/addresses.ts';

export interface ConnectedNetwork {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number;
}

export interface MasqueradeRule {
  readonly network: string;
  readonly prefixLength: number;
  readonly outInterface: string;
}

/**
 * The real servers route through the virtual address inside; so their networks are masqueraded wherever they leave by
 * another interface of the virtual router. `networks`: the director's own addresses on those interfaces.
 */
export function planMasquerade(
  realServers: readonly string[],
  networks: readonly ConnectedNetwork[],
  interfaces: readonly string[],
): MasqueradeRule[] {
  const inside = networks.filter((network) => realServers.some((server) => contains(network, server)));
  const rules = inside.flatMap((network) =>
    interfaces
      .filter((device) => device !== network.interface)
      .map((outInterface) => ({
        network: ipv4FromNumber(networkNumber(network.address, network.prefixLength)),
        prefixLength: network.prefixLength,
        outInterface,
      })),
  );
  const key = (rule: MasqueradeRule): string => `${rule.network}/${rule.prefixLength} ${rule.outInterface}`;
  return [...new Map(rules.map((rule) => [key(rule), rule])).values()];
}

function contains({ address, prefixLength }: ConnectedNetwork, server: string): boolean {
  // A /32 is a virtual or a host address: no network lies behind it.
  return prefixLength < 32 && networkNumber(address, prefixLength) === networkNumber(server, prefixLength);
}

function networkNumber(address: string, prefixLength: number): number {
  return prefixLength === 0 ? 0 : (ipv4ToNumber(address) & (0xffffffff << (32 - prefixLength))) >>> 0;
}
