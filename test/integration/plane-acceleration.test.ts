import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PlaneLab, SERVERS, SERVERS6, serviceOf, VIRTUAL, VIRTUAL6 } from './plane-lab.ts';
import type { PlaneHost, TestService } from './plane-lab.ts';

/** Packets after which a connection may be leased, and how long the kernel then goes on alone. */
const WARM_UP = 12;
const LEASE_MS = 1000;
const COUNT = 400;

const lab = new PlaneLab();
let director: PlaneHost;
const [one = '', two = ''] = SERVERS;
const [one6 = ''] = SERVERS6;

beforeAll(async () => {
  await lab.create();
  await lab.prepareRealServers();
  lab.routeAnswers('director');
  lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
  lab.ip('director', `addr add ${VIRTUAL6}/128 dev eth0 nodad`);
  await lab.startServers();
  director = await lab.startDirector();
  await director.ask('local', [VIRTUAL, VIRTUAL6]);
});

afterEach(async () => {
  director.child.kill('SIGCONT');
  await director.apply([]);
});

afterAll(() => {
  lab.destroy();
});

const dns = (address: string, server: string, forwarding: 'masq' | 'gate' = 'masq'): TestService =>
  serviceOf({ protocol: 'UDP', address, port: 53 }, [server], forwarding);
const web = (servers: readonly string[]): TestService =>
  serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 80 }, servers);

/** Runs lines of Python on the client; what it says is answered by `heard` before it goes on. */
async function converse(lines: string, heard: (word: string) => Promise<void> | void): Promise<string[]> {
  const child = lab.spawn('client', ['python3', '-u', '-c', `${PRELUDE}\n${lines}`]);
  const words: string[] = [];
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) {
    words.push(line);
    await heard(line);
    child.stdin?.write('\n');
  }
  return words;
}

const PRELUDE = `
import socket, time, sys
def connect(address):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(0.3)
    s.connect((address, 53))
    return s
def ask(s, count, size=100):
    answers = 0
    for i in range(count):
        try:
            s.send(b"x" * size)
            answers += len(s.recv(65535)) == size
        except OSError:
            pass
    return answers
def say(*words):
    print(*words, flush=True)
    sys.stdin.readline()`;

const freeze = (): void => void director.child.kill('SIGSTOP');
const thaw = (): void => void director.child.kill('SIGCONT');

describe('an established flow', () => {
  it.each([
    ['IPv4', VIRTUAL, dns(VIRTUAL, one)],
    ['IPv6', VIRTUAL6, dns(VIRTUAL6, one6)],
  ])('goes on while the director stands still, for the time of its lease: %s', async (_, address, service) => {
    await director.apply([service]);
    const words = await converse(
      `
s = connect("${address}")
say(ask(s, ${String(WARM_UP)}))
say(ask(s, 5))
time.sleep(${String(LEASE_MS / 1000)})
say(ask(s, 2))
say(ask(s, 5))`,
      (word) => {
        // The first word: it is leased now. The third: the lease is over, and nobody renews it.
        if (word === String(WARM_UP)) freeze();
        if (word === '0') thaw();
      },
    );
    expect(words.slice(0, 3)).toEqual([String(WARM_UP), '5', '0']);
    expect(Number(words[3])).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['IPv4', VIRTUAL, dns(VIRTUAL, one), 28],
    ['IPv6', VIRTUAL6, dns(VIRTUAL6, one6), 48],
  ])('is counted to the packet and the byte: %s', async (_, address, service, headers) => {
    await director.apply([service]);
    const answers = await converse(`s = connect("${address}")\nprint(ask(s, ${String(COUNT)}))`, () => undefined);
    expect(answers).toEqual([String(COUNT)]);
    const [listed] = await director.services();
    const bytes = COUNT * (100 + headers);
    const expected = { inPackets: COUNT, outPackets: COUNT, inBytes: bytes, outBytes: bytes, connections: 1 };
    expect(listed?.counters).toMatchObject(expected);
    expect(listed?.realServers[0]?.counters).toMatchObject(expected);
  });

  it('stays alive in the table for as long as its packets say', async () => {
    await director.apply([dns(VIRTUAL, one)]);
    await director.execute([{ type: 'set-timeouts', timeouts: { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 3 } }]);
    const lines = `s = connect("${VIRTUAL}")\nfor i in range(25): ask(s, 4); time.sleep(0.2)`;
    await converse(lines, () => undefined);
    const [listed] = await director.services();
    expect(listed?.counters.connections).toBe(1);
    await director.execute([{ type: 'set-timeouts', timeouts: { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 300 } }]);
  });

  it('ends at once when its server leaves the table', async () => {
    await director.apply([dns(VIRTUAL, one)]);
    const words = await converse(
      `s = connect("${VIRTUAL}")\nsay(ask(s, ${String(WARM_UP)}))\nsay(ask(s, 2))`,
      async (word) => {
        if (word === String(WARM_UP)) await director.apply([]);
      },
    );
    expect(words).toEqual([String(WARM_UP), '0']);
  });

  it('ends at once when the virtual address leaves the director', async () => {
    await director.apply([dns(VIRTUAL, one)]);
    const words = await converse(
      `s = connect("${VIRTUAL}")\nsay(ask(s, ${String(WARM_UP)}))\nsay(ask(s, 2))`,
      async (word) => {
        if (word !== String(WARM_UP)) return;
        lab.ip('director', `addr del ${VIRTUAL}/32 dev eth0`);
        await director.ask('local', [VIRTUAL6]);
      },
    );
    lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
    await director.ask('local', [VIRTUAL, VIRTUAL6]);
    expect(words).toEqual([String(WARM_UP), '0']);
  });

  it('loses a hop on its way, and no more', async () => {
    await director.apply([dns(VIRTUAL, one)]);
    const seen = lab.exec('web1', 'timeout', '8', 'tcpdump', '-lnvi', 'eth0', '-c', '40', 'udp and dst port 53');
    await converse(`time.sleep(1)\ns = connect("${VIRTUAL}")\nprint(ask(s, 40))`, () => undefined);
    expect(new Set((await seen).match(/ttl \d+/g))).toEqual(new Set(['ttl 63']));
  });

  it('tells senders of packets that are too large, as ever', async () => {
    lab.ip('director', 'link set eth1 mtu 1400');
    await director.apply([dns(VIRTUAL, one)]);
    const script = `
s = connect("${VIRTUAL}")
s.setsockopt(socket.IPPROTO_IP, 10, 2)
print(ask(s, ${String(WARM_UP)}))
print(ask(s, 1, 1450))
print(s.getsockopt(socket.IPPROTO_IP, 14))
print(ask(s, 3, 1300))`;
    const words = await converse(script, () => undefined);
    lab.ip('director', 'link set eth1 mtu 9000');
    expect(words).toEqual([String(WARM_UP), '0', '1400', '3']);
  });

  it('by direct routing goes on while the director stands still', async () => {
    lab.routeAnswers('direct');
    await director.apply([dns(VIRTUAL, one, 'gate')]);
    const words = await converse(
      `s = connect("${VIRTUAL}")\nsay(ask(s, ${String(WARM_UP)}))\nsay(ask(s, 5))`,
      (word) => {
        if (word === String(WARM_UP)) freeze();
      },
    );
    lab.routeAnswers('director');
    expect(words).toEqual([String(WARM_UP), '5']);
  });
});

describe('an established connection', () => {
  const webConnections = async (): Promise<string[]> =>
    (await director.connections()).filter(({ protocol }) => protocol === 'TCP').map(({ state }) => state);

  it('is counted and closed in the table, whoever forwarded it', async () => {
    await director.apply([web([one, two])]);
    const script = `
import http.client
c = http.client.HTTPConnection("${VIRTUAL}", 80)
for i in range(200):
    c.request("GET", "/")
    c.getresponse().read()
say("open")
c.close()`;
    const states: string[] = [];
    await converse(script, async () => {
      states.push(...(await webConnections()));
    });
    expect(states).toEqual(['ESTABLISHED']);
    expect(['FIN_WAIT', 'TIME_WAIT']).toContain((await webConnections())[0]);
    const [listed] = await director.services();
    expect(listed?.counters.inPackets).toBeGreaterThanOrEqual(203);
    expect(listed?.counters.outPackets).toBeGreaterThanOrEqual(200);
  });

  it('carries segments that the devices cut, and they arrive as they were sent', async () => {
    await director.apply([web([one])]);
    const download = `curl -sS http://${VIRTUAL}/bytes/60000000 | sha256sum`;
    const through = await lab.exec('client', 'bash', '--norc', '-c', download);
    const direct = await lab.exec('web1', 'bash', '--norc', '-c', download.replace(VIRTUAL, '127.0.0.1'));
    expect(through).toBe(direct);
    const [listed] = await director.services();
    expect(listed?.counters.outBytes).toBeGreaterThan(60_000_000);
    expect(listed?.counters.outBytes).toBeLessThan(66_000_000);
  });
});
