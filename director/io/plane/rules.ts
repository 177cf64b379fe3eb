import type { Endpoint } from './answering-servers.ts';

/**
 * The nftables rules that keep the kernel's own stack away from packets that the plane handles. The plane's packet sockets
 * see a frame before the ingress hook does, so what is dropped here has been forwarded already.
 *
 * - Packets to a virtual service are dropped while its address is local (`fib daddr type local`): take-over and release
 *   need no change of rules. Their sender is noted in `flows`.
 * - Packets from a real server's service port are dropped when they answer a noted sender. Health checks, the servers' own
 *   connections and answers to direct ones are not noted, and go through the kernel's router as ever.
 */
export const TABLE = 'relevo_plane';

/** Longer than any connection entry lives without a packet (ESTABLISHED, 900 s). */
const FLOW_TIMEOUT = '20m';
/** As many as the connection table has entries. */
const MOST_FLOWS = 1 << 20;

/** Deletes the table, whether it is there or not. */
export const removal = `add table netdev ${TABLE}\ndelete table netdev ${TABLE}\n`;

/** Sets and the chain that every interface's chain jumps to. Leaves existing sets, and so the noted flows, as they are. */
const foundation = `
add table netdev ${TABLE}
add set netdev ${TABLE} services { typeof ip daddr . meta l4proto . th dport; }
add set netdev ${TABLE} servers { typeof ip saddr . meta l4proto . th sport; }
add set netdev ${TABLE} flows { typeof ip saddr . meta l4proto . th sport; flags dynamic,timeout; timeout ${FLOW_TIMEOUT}; size ${String(MOST_FLOWS)}; }
add chain netdev ${TABLE} virtual
add chain netdev ${TABLE} common
flush chain netdev ${TABLE} virtual
flush chain netdev ${TABLE} common
add rule netdev ${TABLE} virtual update @flows { ip saddr . meta l4proto . th sport }
add rule netdev ${TABLE} virtual drop
add rule netdev ${TABLE} common fib daddr type local ip daddr . meta l4proto . th dport @services jump virtual
add rule netdev ${TABLE} common ip saddr . meta l4proto . th sport @servers ip daddr . meta l4proto . th dport @flows drop
`;

/** Hooks the rules into interfaces that exist. `all` are the names the plane works on: their place names the chain. */
export function interfaceRules(all: readonly string[], present: readonly string[]): string {
  const chains = all.map((name, position) => chainRules(name, `port${String(position)}`, present.includes(name)));
  return `${foundation}${chains.join('')}`;
}

/** An interface may be another one of the same name by now: its chain is always made anew. */
function chainRules(name: string, chain: string, isPresent: boolean): string {
  const gone = `add chain netdev ${TABLE} ${chain}\nflush chain netdev ${TABLE} ${chain}\ndelete chain netdev ${TABLE} ${chain}\n`;
  if (!isPresent) return gone;
  const hook = `{ type filter hook ingress device ${quote(name)} priority 0; policy accept; }`;
  return `${gone}add chain netdev ${TABLE} ${chain} ${hook}\nadd rule netdev ${TABLE} ${chain} jump common\n`;
}

function quote(name: string): string {
  return `"${name}"`;
}

/** Replaces the services and servers that the rules know. */
export function serviceRules(virtual: readonly Endpoint[], servers: readonly Endpoint[]): string {
  return `${foundation}${setElements('services', virtual.map(element))}${setElements('servers', servers.map(element))}`;
}

function element({ protocol, address, port }: Endpoint): string {
  return `${address} . ${protocol.toLowerCase()} . ${String(port)}`;
}

function setElements(set: string, elements: readonly string[]): string {
  const flush = `flush set netdev ${TABLE} ${set}\n`;
  const unique = [...new Set(elements)].sort();
  return unique.length === 0 ? flush : `${flush}add element netdev ${TABLE} ${set} { ${unique.join(', ')} }\n`;
}
