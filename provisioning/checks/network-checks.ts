import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { interfaceOn } from '../recipes/testbed-facts.ts';
import type { LabCheck } from './check.ts';
import { inWords } from './facts.ts';

/** ICMP and IPv4 headers without options (RFC 791, RFC 792). */
const HEADERS = 28;
/** An address that documentation alone uses (RFC 5737): where the way out leads, not who is there. */
const ELSEWHERE = '198.51.100.1';

export function networkChecks(testbed: ResolvedTestbed): LabCheck[] {
  return [...holderChecks(testbed), ...frameChecks(testbed), ...wayOutChecks(testbed)];
}

function holderChecks({ vrrp }: ResolvedTestbed): LabCheck[] {
  const addresses = vrrp.instances.flatMap(({ virtualAddresses }) => virtualAddresses);
  return vrrp.routers.map(({ node, state }) => {
    const holds = state === 'MASTER';
    const look = `ip -4 -o address show | grep -qF " $address/"`;
    return {
      node,
      title: `${node} ${holds ? 'holds' : 'does not hold'} ${inWords(addresses)}`,
      run: `for address in ${addresses.join(' ')}; do
  ${holds ? `${look} || { echo "$address is not here."; exit 1; }` : `! ${look} || { echo "$address is here."; exit 1; }`}
done`,
      hint: 'After a take-over, or while the master starts, it may be the other way round. Otherwise the directors do not hear each other: look at their logs.',
    };
  });
}

function frameChecks({ networks, nodes }: ResolvedTestbed): LabCheck[] {
  return networks.flatMap(({ name, mtu }) => {
    const [one, other] = nodes.filter((node) => interfaceOn(node, name) !== undefined);
    const target = other && interfaceOn(other, name);
    if (one === undefined || other === undefined || target === undefined) return [];
    return [
      {
        node: one.name,
        title: `Packets of ${mtu} octets pass from ${one.name} to ${other.name} in one piece`,
        run: `ping -c 2 -i 0.3 -W 2 -M do -s ${mtu - HEADERS} ${target.address}`,
        hint: `Some adapter in the network "${name}" has a smaller MTU: compare "ip link" on both.`,
      },
    ];
  });
}

/** Answers must leave through the directors, or translation is never undone. */
function wayOutChecks({ nodes, dhcp }: ResolvedTestbed): LabCheck[] {
  return nodes
    .filter(({ interfaces }) => interfaces.length === 1 && interfaces[0]?.method === 'dhcp')
    .map(({ name }) => ({
      node: name,
      title: `${name} sends its answers by ${dhcp.router}`,
      run: `route=$(ip route get ${ELSEWHERE}) && echo "$route" && echo "$route" | grep -qF "via ${dhcp.router} "`,
      hint: 'It has no address from the DHCP server of the directors, or another default route wins: look at "ip route".',
    }));
}
