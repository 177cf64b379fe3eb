import type { Endpoint } from './answering-servers.ts';

/**
 * The nftables rules that keep the kernel's own stack away from packets that the plane handles. The plane's packet sockets
 * see a frame before the ingress hook does, so what is dropped here has been forwarded already.
 *
 * - Packets to a virtual service are dropped while its address is local (`fib daddr type local`): take-over and release
 *   need no change of rules. Their sender is noted: in `flows`, or in `closing` once it sent FIN or RST.
 * - Packets from a real server's service port are dropped when they answer a noted sender. Health checks, the servers' own
 *   connections and answers to direct ones are not noted, and go through the kernel's router as ever.
 */
export const TABLE = 'relevo_plane';

// A note must outlive the connection entry that it stands for, or the kernel would route an answer that the plane has
// translated already. So each is a little longer than the longest entry of its kind lives without a packet.
/** ESTABLISHED, 900 s. */
const OPEN_TIMEOUT = '910s';
/** TIME_WAIT and FIN_WAIT, 120 s: soon after, the client may use the port to speak to the server directly. */
const CLOSING_TIMEOUT = '130s';
/** UDP, 300 s. */
const UDP_TIMEOUT = '310s';
/** As many as the connection table has entries. */
const MOST_FLOWS = 1 << 20;

/** Deletes the table, whether it is there or not. */
export const removal = `add table netdev ${TABLE}\ndelete table netdev ${TABLE}\n`;

const sender = 'ip saddr . meta l4proto . th sport';
const receiver = 'ip daddr . meta l4proto . th dport';
const notes = `{ typeof ${sender}; flags dynamic,timeout; size ${String(MOST_FLOWS)}; }`;

const sets = [
  `services { typeof ${receiver}; }`,
  `servers { typeof ${sender}; }`,
  `flows ${notes}`,
  `closing ${notes}`,
];

const chains: readonly (readonly [string, readonly string[]])[] = [
  [
    'note_tcp',
    [
      `tcp flags & (fin | rst) != 0 delete @flows { ${sender} } update @closing { ${sender} timeout ${CLOSING_TIMEOUT} } return`,
      `tcp flags & syn != 0 delete @closing { ${sender} } update @flows { ${sender} timeout ${OPEN_TIMEOUT} } return`,
      `${sender} @closing update @closing { ${sender} timeout ${CLOSING_TIMEOUT} } return`,
      `update @flows { ${sender} timeout ${OPEN_TIMEOUT} }`,
    ],
  ],
  [
    'virtual',
    [`meta l4proto udp update @flows { ${sender} timeout ${UDP_TIMEOUT} }`, 'meta l4proto tcp jump note_tcp', 'drop'],
  ],
  [
    'answer',
    [
      // A server that resets ends the connection without another word from the client.
      `tcp flags & rst != 0 ${receiver} @flows delete @flows { ${receiver} } update @closing { ${receiver} timeout ${CLOSING_TIMEOUT} } drop`,
      `${receiver} @flows drop`,
      `${receiver} @closing drop`,
    ],
  ],
  ['common', [`fib daddr type local ${receiver} @services jump virtual`, `${sender} @servers jump answer`]],
];

/** Sets and the chain that every interface's chain jumps to. Leaves existing sets, and so what was noted, as they are. */
const foundation = [
  `add table netdev ${TABLE}`,
  ...sets.map((set) => `add set netdev ${TABLE} ${set}`),
  ...chains.flatMap(([chain]) => [`add chain netdev ${TABLE} ${chain}`, `flush chain netdev ${TABLE} ${chain}`]),
  ...chains.flatMap(([chain, rules]) => rules.map((rule) => `add rule netdev ${TABLE} ${chain} ${rule}`)),
  '',
].join('\n');

/** Hooks the rules into interfaces that exist. `all` are those and any that existed before: their place names the chain. */
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
