import type { ServerDefinition, ServiceDefinition, TableCommand } from '../../../director/api/table.ts';
import { clientAddress, serverAddress, virtualAddress } from '../guest/network.ts';
import { tcpFlags } from './packets.ts';
import type { Conversation, ConversationPacket, Scenario, ServerEnd, Step } from './scenario.ts';

const { fin, syn, psh, ack } = tcpFlags;
type Line = readonly [from: 'client' | 'server', what: number | string];

/** What a scenario of an address family speaks about; `number` keeps it apart from all others. */
interface Place {
  readonly family: 4 | 6;
  readonly virtual: string;
  readonly client: string;
}

const place = (number: number, family: 4 | 6): Place => ({
  family,
  // Above those of the drawn ones.
  virtual: virtualAddress(40_000 + number, family),
  client: clientAddress(1_000_000 + number, family),
});

const handshake: readonly Line[] = [
  ['client', syn],
  ['server', syn | ack],
  ['client', ack],
];
const farewell: readonly Line[] = [
  ['client', fin | ack],
  ['server', fin | ack],
  ['client', ack],
];

/** A text is what is pushed, a number are flags without data. */
function packet([from, what]: Line, index: number): ConversationPacket {
  const payload = Buffer.from(typeof what === 'string' ? what : '', 'latin1');
  const flags = typeof what === 'string' ? psh | ack : what;
  return { from, flags, payload, timeToLive: 64, serviceType: 0, identification: 100 + index, doNotFragment: true };
}

type Ends = Pick<Conversation, 'clientPort' | 'virtualPort'>;

function conversation(
  { client, virtual }: Place,
  ends: Ends,
  lines: readonly Line[],
  protocol: 'TCP' | 'UDP' = 'TCP',
): Conversation {
  return { protocol, client, virtual, ...ends, mark: 0, packets: lines.map(packet) };
}

const speak = (one: Conversation): Step => ({ type: 'conversation', conversation: one });

type ServiceParts = Pick<ServiceDefinition, 'port'> & Partial<ServiceDefinition>;

function service({ virtual }: Place, parts: ServiceParts): ServiceDefinition {
  return { protocol: 'TCP', address: virtual, scheduler: 'rr', schedulerFlags: [], onePacket: false, ...parts };
}

function add(
  one: ServiceDefinition,
  servers: readonly Pick<ServerDefinition, 'address' | 'port' | 'forwarding'>[],
): Step {
  const commands = servers.map((server): TableCommand => {
    const full = { ...server, weight: 1, upperThreshold: 0, lowerThreshold: 0 };
    return { type: 'add-server', service: one, server: full };
  });
  return { type: 'commands', commands: [{ type: 'add-service', service: one }, ...commands] };
}

function scenario(name: string, { virtual, family }: Place, steps: readonly Step[]): Scenario {
  return {
    name: `${name} (IPv${family})`,
    seed: 0,
    virtuals: [virtual],
    marks: [],
    steps: [...steps, { type: 'look' }],
  };
}

const FTP = 21;
/** Where the server waits, or the client. */
const dataPort = 51_210;
const ftpServer = 3;

/** An FTP service by NAT, and a control connection that agrees on a data connection with these lines, and goes on after it. */
function ftpControl(where: Place, clientPort: number, agreement: readonly Line[]): Step[] {
  const server = { address: serverAddress(ftpServer, where.family), port: FTP, forwarding: 'masq' as const };
  const lines: Line[] = [
    ...handshake,
    ['server', '220 ready\r\n'],
    ['client', 'USER anonymous\r\n'],
    ['server', '331 password\r\n'],
    ...agreement,
    ['client', ack],
    // Both directions after a payload has changed its length.
    ['client', 'LIST\r\n'],
    ['server', '150 here it comes\r\n'],
    ['client', ack],
  ];
  return [
    add(service(where, { port: FTP }), [server]),
    speak(conversation(where, { clientPort, virtualPort: FTP }, lines)),
  ];
}

const hostPort = (address: string, port: number): string => [...address.split('.'), port >> 8, port & 255].join(',');

/** The client connects to where the server waits. */
function ftpPassive(number: number, family: 4 | 6): Scenario {
  const where = place(number, family);
  const agreement: Line[] =
    family === 4
      ? [
          ['client', 'PASV\r\n'],
          ['server', `227 Entering Passive Mode (${hostPort(serverAddress(ftpServer, 4), dataPort)}).\r\n`],
        ]
      : [
          ['client', 'EPSV\r\n'],
          ['server', `229 Entering Extended Passive Mode (|||${dataPort}|)\r\n`],
        ];
  const data: Line[] = [...handshake, ['server', 'a listing\r\n'], ['client', ack], ...farewell];
  const all = scenario('FTP through NAT, passive', where, [
    ...ftpControl(where, 40_100, agreement),
    speak(conversation(where, { clientPort: 40_101, virtualPort: dataPort }, data)),
  ]);
  // Only here a payload changes its length: the kernel counts the new one, the director the old one.
  return family === 4 ? { ...all, uncompared: ['stats'] } : all;
}

/** The server connects to where the client waits. */
function ftpActive(number: number, family: 4 | 6): Scenario {
  const where = place(number, family);
  const command =
    family === 4 ? `PORT ${hostPort(where.client, dataPort)}\r\n` : `EPRT |2|${where.client}|${dataPort}|\r\n`;
  const agreement: Line[] = [
    ['client', command],
    ['server', '200 fine\r\n'],
  ];
  const server: ServerEnd = { address: serverAddress(ftpServer, family), port: 20 };
  const ends = { clientPort: dataPort, virtualPort: 20 };
  const answers: Line[] = [
    ['client', syn | ack],
    ['server', ack],
    ['server', 'a listing\r\n'],
    ['client', ack],
    ['server', fin | ack],
    ['client', fin | ack],
    ['server', ack],
  ];
  return scenario('FTP through NAT, active', where, [
    ...ftpControl(where, 40_200, agreement),
    { type: 'stray', conversation: conversation(where, ends, [['server', syn]]), server },
    speak(conversation(where, ends, answers)),
  ]);
}

/** The virtual address is among the servers; nobody listens there, so that the director's stack refuses. */
function localNode(number: number, family: 4 | 6, protocol: 'TCP' | 'UDP'): Scenario {
  const where = place(number, family);
  const servers = [
    { address: serverAddress(1, family), port: 8080, forwarding: 'masq' as const },
    { address: where.virtual, port: 80, forwarding: protocol === 'TCP' ? ('gate' as const) : ('masq' as const) },
    { address: serverAddress(2, family), port: 80, forwarding: 'gate' as const },
  ];
  const lines: Line[] =
    protocol === 'TCP'
      ? [['client', syn]]
      : [
          ['client', 'a question'],
          ['server', 'its answer'],
        ];
  const talks = Array.from({ length: 7 }, (_, index) =>
    speak(conversation(where, { clientPort: 41_000 + index, virtualPort: 80 }, lines, protocol)),
  );
  const steps = [add(service(where, { port: 80, protocol }), servers), ...talks];
  // What the director's own sockets answer is seen by the kernel and not by the packet plane: states and counters differ.
  const uncompared = ['services', 'connections', 'list', 'stats', 'thresholds', 'persistent'];
  return { ...scenario(`local node, ${protocol}`, where, steps), uncompared };
}

/** Tunnels to servers of the other family, beside one of the same. */
function mixedTunnels(number: number, family: 4 | 6, protocol: 'TCP' | 'UDP'): Scenario {
  const where = place(number, family);
  const other = family === 4 ? 6 : 4;
  const servers = [
    { address: serverAddress(4, other), port: 80, forwarding: 'ipip' as const },
    { address: serverAddress(5, family), port: 80, forwarding: 'ipip' as const },
    { address: serverAddress(6, other), port: 80, forwarding: 'ipip' as const },
  ];
  const lines: Line[] =
    protocol === 'TCP'
      ? [['client', syn], ['client', ack], ['client', 'GET / HTTP/1.0\r\n\r\n'], ...farewell.slice(0, 1)]
      : [
          ['client', 'one'],
          ['client', 'x'.repeat(1300)],
        ];
  // As much as fits the link, but not the tunnel: the client is told, of what is left for it.
  const large: Line[] = [...lines, ['client', 'y'.repeat(family === 4 ? 1440 : 1420)]];
  const talks = Array.from({ length: 6 }, (_, index) =>
    speak(conversation(where, { clientPort: 42_000 + index, virtualPort: 80 }, index < 3 ? lines : large, protocol)),
  );
  return scenario(`tunnels between families, ${protocol}`, where, [
    add(service(where, { port: 80, protocol }), servers),
    ...talks,
  ]);
}

/** What is drawn seldom or never, each once for each family. */
export const fixedScenarios: readonly Scenario[] = [
  ...([4, 6] as const).flatMap((family) => [
    ftpPassive(family * 10, family),
    ftpActive(family * 10 + 1, family),
    localNode(family * 10 + 2, family, 'TCP'),
    localNode(family * 10 + 3, family, 'UDP'),
    mixedTunnels(family * 10 + 4, family, 'TCP'),
    mixedTunnels(family * 10 + 5, family, 'UDP'),
  ]),
];
