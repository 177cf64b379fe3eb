import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForwardingMethod } from '../../director/api/table.ts';
import { CLIENT, CLIENT6, PlaneLab, SERVERS, SERVERS6, serviceOf, VIRTUAL, VIRTUAL6 } from './plane-lab.ts';
import type { PlaneHost } from './plane-lab.ts';

const lab = new PlaneLab();
let director: PlaneHost;
const LENGTH = 10_000_000;
/** Leaves an IPv6 tunnel the least that IPv6 asks for, and more. */
const NARROW = 1400;

const client = (line: string): Promise<string> => lab.exec('client', 'bash', '--norc', '-c', line);

interface Side {
  readonly family: 4 | 6;
  readonly virtual: string;
  readonly host: string;
  readonly client: string;
  readonly servers: readonly string[];
}
const sides: readonly Side[] = [
  { family: 4, virtual: VIRTUAL, host: VIRTUAL, client: CLIENT, servers: SERVERS },
  { family: 6, virtual: VIRTUAL6, host: `[${VIRTUAL6}]`, client: CLIENT6, servers: SERVERS6 },
];
const methods: readonly ForwardingMethod[] = ['masq', 'gate', 'ipip'];
const cases = methods.flatMap((method) => sides.map((side) => ({ method, side, family: side.family })));

async function use(method: ForwardingMethod, { virtual, servers }: Side): Promise<void> {
  lab.routeAnswers(method === 'masq' ? 'director' : 'direct');
  await director.apply(
    (
      [
        ['TCP', 80],
        ['UDP', 53],
      ] as const
    ).map(([protocol, port]) => serviceOf({ protocol, address: virtual, port }, servers, method)),
  );
}

/** One datagram and the length of its answer. */
async function datagram({ virtual, family }: Side, text: string): Promise<number> {
  const kind = family === 4 ? 'AF_INET' : 'AF_INET6';
  const script = `import socket; s=socket.socket(socket.${kind},socket.SOCK_DGRAM); s.settimeout(3); s.connect(("${virtual}",53)); s.send(${text}); print(len(s.recv(65536)))`;
  return Number(await lab.exec('client', 'python3', '-c', script));
}

beforeAll(async () => {
  await lab.create();
  lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
  lab.ip('director', `addr add ${VIRTUAL6}/128 dev eth0 nodad`);
  await lab.prepareRealServers();
  await lab.startServers();
  director = await lab.startDirector();
  await director.ask('local', [VIRTUAL, VIRTUAL6]);
});

afterAll(() => {
  lab.destroy();
});

describe.each(cases)('$method, IPv$family', ({ method, side }) => {
  beforeAll(() => use(method, side));

  it('serves six requests from each server in turn, and the servers see the client itself', async () => {
    const answers: string[] = [];
    for (let round = 0; round < 6; round++) answers.push((await client(`curl -sS -m 5 http://${side.host}/`)).trim());
    // Behind gate and ipip the servers have the virtual address themselves.
    if (method === 'masq') {
      const [three, two, one] = [...side.servers].reverse().map((server) => `${server} ${side.client}`);
      expect(answers).toEqual([three, two, one, three, two, one]);
    } else expect(answers).toEqual(new Array(6).fill(`${side.virtual} ${side.client}`));
    const [web] = await director.services();
    expect(web?.realServers.map(({ counters }) => counters.connections)).toEqual([2, 2, 2]);
    const entries = await director.connections();
    const ours = entries.filter((one) => one.virtualAddress === side.virtual && one.protocol === 'TCP');
    expect(ours.length).toBeGreaterThanOrEqual(6);
  });

  it('carries 10 MB either way without changing a bit', async () => {
    const direct = await lab.exec(
      'web1',
      'bash',
      '--norc',
      '-c',
      `curl -sS http://127.0.0.1/bytes/${LENGTH} | sha256sum`,
    );
    const down = await client(`curl -sS -m 30 http://${side.host}/bytes/${LENGTH} | sha256sum`);
    expect(down).toBe(direct);
    const up = createHash('sha256').update(Buffer.alloc(LENGTH, 7)).digest('hex');
    const posted = await client(
      `head -c ${LENGTH} /dev/zero | tr '\\0' '\\7' | curl -sS -m 30 -X POST -T - http://${side.host}/`,
    );
    expect(posted.trim()).toBe(up);
  });

  it('serves UDP, also datagrams that come as fragments', async () => {
    expect(await datagram(side, 'b"hello"')).toBe(5);
    // Every server's first large answer has DF set and is lost, as behind any router.
    const attempts = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => datagram(side, 'b"x"*8000')));
    const lengths = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(new Set(lengths)).toEqual(new Set([8000]));
  });

  it('refuses connections at once when there is no server', async () => {
    await director.apply([serviceOf({ protocol: 'TCP', address: side.virtual, port: 80 }, [], method)]);
    await expect(client(`curl -sS -m 5 http://${side.host}/`)).rejects.toThrow(/\(7\) .* after \d{1,3} ms/);
    await use(method, side);
  });
});

describe.each(cases.filter(({ method }) => method !== 'gate'))(
  'a narrow way to the servers, $method, IPv$family',
  ({ method, side }) => {
    const bits = side.family === 4 ? 32 : 128;
    const forget = (): void => {
      lab.ip('client', `${side.family === 6 ? '-6 ' : ''}route flush cache`);
    };

    beforeAll(async () => {
      await use(method, side);
      for (const server of side.servers) lab.ip('director', `route add ${server}/${bits} dev eth1 mtu ${NARROW}`);
      forget();
    });
    afterAll(() => {
      for (const server of side.servers) lab.ip('director', `route del ${server}/${bits} dev eth1`);
      forget();
    });

    it('is told to the client, and its uploads arrive', async () => {
      const up = createHash('sha256').update(Buffer.alloc(LENGTH, 7)).digest('hex');
      const posted = await client(
        `head -c ${LENGTH} /dev/zero | tr '\\0' '\\7' | curl -sS -m 20 -X POST -T - http://${side.host}/`,
      );
      expect(posted.trim()).toBe(up);
      const header = method === 'masq' ? 0 : side.family === 4 ? 20 : 40;
      expect(lab.ip('client', `route get ${side.virtual}`)).toContain(`mtu ${NARROW - header} `);
    });
  },
);
