import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLIENT, PlaneLab, SENDER_WITHOUT_DF, SERVERS, serviceOf, VIRTUAL } from './plane-lab.ts';
import type { PlaneHost, TestService } from './plane-lab.ts';

const lab = new PlaneLab();
let director: PlaneHost;

function service(protocol: 'TCP' | 'UDP', port: number, servers: readonly string[] = SERVERS): TestService {
  return serviceOf({ protocol, address: VIRTUAL, port }, servers);
}

const both = [service('TCP', 80), service('UDP', 53)];

/** What curl says at once when a connection is refused; a lost packet would be "(28) timed out". */
const REFUSED = /curl: \(7\) .* after \d{1,3} ms/;

/** Runs a line of shell on the client. */
function client(line: string): Promise<string> {
  return lab.exec('client', 'bash', '--norc', '-c', line);
}

/** One request, a new connection: `<server that answered> <client that it saw>`. */
async function request(options = ''): Promise<string> {
  return (await client(`curl -sS -m 5 ${options} http://${VIRTUAL}/`)).trim();
}

/** One datagram out of a new socket and the answer to it, by way of Python: curl speaks no plain UDP. */
async function datagram(text: string, address = VIRTUAL): Promise<string> {
  const script = `import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.settimeout(3); s.connect(("${address}",53)); s.send(b"${text}"); print(len(s.recv(65536)))`;
  return (await lab.exec('client', 'python3', '-c', script)).trim();
}

async function rules(): Promise<string> {
  return lab.exec('director', 'nft', 'list', 'ruleset');
}

beforeAll(async () => {
  await lab.create();
  await lab.startServers();
  lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
  director = await lab.startDirector();
  await director.apply(both);
  await director.ask('local', [VIRTUAL]);
});

afterAll(() => {
  lab.destroy();
});

describe('the packet plane between a client and three servers', () => {
  it('serves twelve requests from each server in turn, and the servers see the client itself', async () => {
    const answers: string[] = [];
    for (let round = 0; round < 12; round++) answers.push(await request());
    const [three, two, one] = [...SERVERS].reverse().map((server) => `${server} ${CLIENT}`);
    expect(answers).toEqual([1, 2, 3, 4].flatMap(() => [three, two, one]));
  });

  it('counts the connections as the kernel does, all over by now', async () => {
    const [web] = await director.services();
    expect(web?.counters.connections).toBe(12);
    expect(
      web?.realServers.map((one) => [one.activeConnections, one.inactiveConnections, one.counters.connections]),
    ).toEqual([
      [0, 4, 4],
      [0, 4, 4],
      [0, 4, 4],
    ]);
    expect(web?.counters.inBytes).toBeGreaterThan(12 * 200);
    const entries = await director.connections();
    expect(new Set(entries.map(({ state }) => state))).toEqual(new Set(['TIME_WAIT']));
  });

  it('notes closed connections apart, so that their ports are soon free for direct ones', async () => {
    const noted = (set: string): Promise<string> =>
      lab.exec('director', 'nft', 'list', 'set', 'netdev', 'relevo_plane', `${set}4`);
    expect(await noted('flows')).not.toContain(CLIENT);
    expect((await noted('closing')).match(new RegExp(CLIENT, 'g'))).toHaveLength(12);
  });

  it('serves UDP queries, two from each server', async () => {
    for (let round = 0; round < 6; round++) expect(await datagram('hello')).toBe('5');
    const services = await director.services();
    const dns = services.find(({ protocol }) => protocol === 'UDP');
    expect(dns?.realServers.map((one) => one.counters.connections)).toEqual([2, 2, 2]);
    expect(dns?.realServers.map((one) => one.inactiveConnections)).toEqual([2, 2, 2]);
  });

  it('teaches servers with a large MTU the size of the path, and large answers come as fragments', async () => {
    for (const size of [1400, 1472, 1473, 8000, 30000]) {
      // Every server's first large answer has DF set and is lost, as behind any router.
      const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => datagram(`bytes ${String(size)}`)));
      expect(attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))).toContain(
        String(size),
      );
    }
  });

  it('cuts large answers that may be cut', async () => {
    await director.apply([service('UDP', 53, [SENDER_WITHOUT_DF])]);
    for (const size of [1473, 5000, 8000, 30000]) expect(await datagram(`bytes ${String(size)}`)).toBe(String(size));
    await director.apply(both);
  });

  it('carries 100 MB in either direction without changing a bit', async () => {
    const sums =
      await client(`curl -sS http://${VIRTUAL}/bytes/100000000 | sha256sum; head -c 100000000 /dev/zero | sha256sum;
      head -c 100000000 /dev/zero | curl -sS -X POST -T - http://${VIRTUAL}/; echo`);
    const direct = await lab.exec(
      'web1',
      'bash',
      '--norc',
      '-c',
      'curl -sS http://127.0.0.1/bytes/100000000 | sha256sum',
    );
    const [down, up, posted] = sums.split('\n').map((line) => line.split(' ')[0]);
    expect(down).toBe(direct.split(' ')[0]);
    expect(posted).toBe(up);
  });

  it('answers 1000 requests at concurrency 24 without a failure', async () => {
    const report = await client(`ab -q -n 1000 -c 24 http://${VIRTUAL}/`);
    expect(report).toMatch(/Complete requests:\s+1000\n/);
    expect(report).toMatch(/Failed requests:\s+0\n/);
  });

  it('sends nothing more to a server that left the table, and its share to the others', async () => {
    await director.apply([service('TCP', 80, SERVERS.slice(1)), service('UDP', 53)]);
    const answers = [await request(), await request(), await request(), await request()];
    expect(new Set(answers.map((answer) => answer.split(' ')[0]))).toEqual(new Set(SERVERS.slice(1)));
    await director.apply(both);
    const again = [await request(), await request(), await request()];
    expect(new Set(again.map((answer) => answer.split(' ')[0]))).toEqual(new Set(SERVERS));
  });

  it('keeps the connections of a server that leaves the table and comes back', async () => {
    await director.apply([service('TCP', 80, SERVERS.slice(0, 1))]);
    const download = client(`curl -sS -m 20 --limit-rate 15M http://${VIRTUAL}/bytes/40000000 | wc -c`);
    await vi.waitUntil(async () => (await director.connections()).some(({ state }) => state === 'ESTABLISHED'));
    // While it is out, IPVS drops what the client sends; back in, the connection goes on.
    await director.apply([service('TCP', 80, SERVERS.slice(1)), service('UDP', 53)]);
    const rulesNow = await rules();
    await director.apply(both);
    expect(rulesNow).toContain(`${SERVERS[0] ?? ''} . tcp . 80`);
    expect((await download).trim()).toBe('40000000');
  });

  it('refuses connections and datagrams at once when a service has no server', async () => {
    await director.apply([service('TCP', 80, []), service('UDP', 53, [])]);
    await expect(request()).rejects.toThrow(REFUSED);
    await expect(datagram('hello')).rejects.toThrow(/refused/);
    await director.apply(both);
  });

  it('tells the client when a server has nobody on the port', async () => {
    await director.apply([service('TCP', 81), service('UDP', 54), ...both]);
    await expect(client(`curl -sS -m 5 http://${VIRTUAL}:81/`)).rejects.toThrow(REFUSED);
    const script = `import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.settimeout(3); s.connect(("${VIRTUAL}",54)); s.send(b"x"); s.recv(9)`;
    await expect(lab.exec('client', 'python3', '-c', script)).rejects.toThrow(/refused/);
    await director.apply(both);
  });
});

describe('traffic that is none of the plane’s', () => {
  it('reaches the servers from the director itself, as health checks do', async () => {
    const answer = await lab.exec('director', 'curl', '-sS', '-m', '5', `http://${SERVERS[0] ?? ''}/`);
    expect(answer.trim()).toBe(`${SERVERS[0] ?? ''} 10.0.100.1`);
  });

  it('is routed between client and servers directly', async () => {
    lab.ip('client', 'route add 10.0.100.0/24 via 192.168.1.101');
    // A port that no balanced connection had: those of the thousand before are noted for two minutes more.
    const answer = await client(`curl -sS -m 5 --local-port 61000-61999 http://${SERVERS[1] ?? ''}/`);
    expect(answer.trim()).toBe(`${SERVERS[1] ?? ''} ${CLIENT}`);
  });

  it('reaches the director’s own ports on the virtual address', async () => {
    await expect(client(`curl -sS -m 2 http://${VIRTUAL}:8080/`)).rejects.toThrow(REFUSED);
  });
});

describe('when the network changes', () => {
  it('forwards nothing to an address that the director gave up, and everything again once it is back', async () => {
    await director.ask('local', []);
    lab.ip('director', `addr del ${VIRTUAL}/32 dev eth0`);
    await expect(request('--connect-timeout 1')).rejects.toThrow();
    await director.ask('local', [VIRTUAL]);
    lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
    expect(await request()).toContain(CLIENT);
  });

  it('finds a server again that came back with another hardware address', async () => {
    lab.ip('web1', 'link set eth0 down');
    lab.ip('web1', 'link set eth0 address 02:99:00:00:00:01');
    lab.ip('web1', 'link set eth0 up');
    lab.ip('web1', 'route replace default via 10.0.100.1');
    const begun = performance.now();
    const answers = [await request(), await request(), await request()];
    // A lost SYN comes again after a second.
    expect(performance.now() - begun).toBeLessThan(2500);
    expect(answers.map((answer) => answer.split(' ')[0]).sort()).toEqual(SERVERS);
  });

  it('survives an interface that goes down and comes back', async () => {
    lab.ip('director', 'link set eth1 down');
    await expect(request('--connect-timeout 1')).rejects.toThrow();
    lab.ip('director', 'link set eth1 up');
    expect(await request('--retry 3 --retry-all-errors')).toContain(CLIENT);
  });

  it('survives an interface that is replaced by another of the same name', async () => {
    lab.ip('director', 'link del eth1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    lab.plug('director', 'eth1', '10.0.100.1');
    expect(await request('--retry 3 --retry-all-errors')).toContain(CLIENT);
    expect(await rules()).toContain('"eth1"');
  });
});

describe('resources', () => {
  it('sleeps when nothing happens and stays small', async () => {
    const before = (await director.ask('usage')) as { userCPUTime: number; systemCPUTime: number };
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const after = (await director.ask('usage')) as { userCPUTime: number; systemCPUTime: number; rss: number };
    const microseconds = after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime;
    expect(microseconds / 3e6).toBeLessThan(0.02);
    expect(after.rss).toBeLessThan(150 * 2 ** 20);
  });
});

describe('the end', () => {
  it('takes its rules with it when it is killed, and its successor works', async () => {
    director.child.kill('SIGKILL');
    await director.exited();
    expect(await rules()).toBe('');
    director = await lab.startDirector();
    expect(await rules()).not.toContain(VIRTUAL);
    await director.apply(both);
    await director.ask('local', [VIRTUAL]);
    expect(await request()).toContain(CLIENT);
  });

  it('leaves nothing behind when it is stopped', async () => {
    await director.ask('stop');
    expect(await rules()).toBe('');
    expect(await lab.exec('director', 'cat', '/proc/net/packet')).not.toMatch(/^\S+ 3 /m);
    director.child.stdin?.end();
    await director.exited();
    expect(director.child.exitCode).toBe(0);
  });

  it('leaves nothing behind when the process just exits', async () => {
    director = await lab.startDirector();
    await director.apply(both);
    const begun = performance.now();
    director.child.stdin?.end();
    await director.exited();
    expect(await rules()).toBe('');
    // A busy machine takes its time to end a process; waiting for something would take longer than this.
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
