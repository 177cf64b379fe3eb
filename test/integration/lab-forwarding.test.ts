import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillReportSchema } from '../../provisioning/contract/index.ts';
import { OtherTestbed } from './support/other-testbed.ts';
import { eventually } from './support/relevo.ts';

/* The testbed `direct`: one service by each forwarding method, and connections that outlive the master. */

const NAT = '172.16.6.201';
const DR = '172.16.6.202';
const TUN = '172.16.6.203';
const servers = ['www-a', 'www-b'];
/** At 150 kB/s: longer than a drill with its healing. */
const DOWNLOAD_BYTES = 2_500_000;

let testbed: OtherTestbed;
const on = (node: string, command: string): Promise<string> => testbed.relevo.on(node, command, 'direct');

beforeAll(async () => {
  testbed = await OtherTestbed.create('direct');
  const outcome = await testbed.relevo.startWith({ timeoutMs: 230_000 }, 'up', 'direct').outcome;
  if (outcome.exitCode !== 0) throw new Error(`relevo up direct failed:\n${outcome.stderr}`);
});
afterAll(() => testbed.dispose());

/** Connections and answered packets that a director has counted for each server of a service. */
async function counted(service: string): Promise<{ server: string; connections: number; outPackets: number }[]> {
  const stats = await on('lb-a', `ipvsadm -Ln --stats --exact -t ${service}:80`);
  const rows = stats.matchAll(/^ {2}-> ([\d.]+):80 +(\d+) +\d+ +(\d+) /gm);
  return [...rows].map(([, server = '', connections, outPackets]) => ({
    server,
    connections: Number(connections),
    outPackets: Number(outPackets),
  }));
}

async function holders(): Promise<string[][]> {
  const { virtualAddresses } = await testbed.relevo.status('direct');
  return virtualAddresses.map((one) => one.holders);
}

describe('a lab of all three methods', () => {
  it('has its virtual addresses at the master alone, although the servers keep them too', async () => {
    await eventually('the master has them', async () => (await holders()).every((names) => names.join() === 'lb-a'));
  });

  it('shows each method as ipvsadm does', async () => {
    await eventually(
      'all servers are in the table',
      async () => (await on('lb-a', 'ipvsadm -Ln')).match(/->/g)?.length === 6,
    );
    const table = await on('lb-a', 'ipvsadm -Ln');
    expect(table).toMatch(/^TCP {2}172\.16\.6\.201:80 wrr\n {2}-> 10\.19\.2\.3:80 +Masq /m);
    expect(table).toMatch(/^TCP {2}172\.16\.6\.202:80 rr\n( {2}-> 10\.19\.2\.[12]:80 +Route .*\n){2}/m);
    expect(table).toMatch(/^TCP {2}172\.16\.6\.203:80 lc\n( {2}-> 10\.19\.2\.[12]:80 +Tunnel .*\n?){2}/m);
  });

  it.each([
    ['NAT', NAT, [['10.19.2.3', 4]]],
    [
      'direct routing',
      DR,
      [
        ['10.19.2.1', 2],
        ['10.19.2.2', 2],
      ],
    ],
  ])('gives requests to the servers in turn by %s', async (_, service, expected) => {
    const before = new Map((await counted(service)).map(({ server, connections }) => [server, connections]));
    await on('tester', `for i in 1 2 3 4; do curl -sS -m 5 http://${service}/ | grep -q hello; done`);
    const added = async (): Promise<[string, number][]> =>
      (await counted(service)).map(({ server, connections }) => [server, connections - (before.get(server) ?? 0)]);
    await eventually(
      'they are counted',
      async () => JSON.stringify((await added()).sort()) === JSON.stringify(expected),
    );
  });

  it('gives requests to both servers by tunnel', async () => {
    await on('tester', `for i in 1 2 3 4 5 6; do curl -sS -m 5 http://${TUN}/ | grep -q hello; done`);
    const total = async (): Promise<number> =>
      (await counted(TUN)).reduce((sum, { connections }) => sum + connections, 0);
    await eventually('they are counted', async () => (await total()) >= 6);
    for (const { connections } of await counted(TUN)) expect(connections).toBeGreaterThan(0);
  });

  it('sees no answer of servers that are not masqueraded: they go straight to the client', async () => {
    const packets = async (service: string): Promise<number> =>
      (await counted(service)).reduce((sum, { outPackets }) => sum + outPackets, 0);
    expect(await packets(NAT)).toBeGreaterThan(0);
    expect([await packets(DR), await packets(TUN)]).toEqual([0, 0]);
  });
});

describe('the real servers', () => {
  it.each(servers)('keep the virtual addresses on %s where nobody asks for them', async (node) => {
    const addresses = await on(node, 'ip -4 -o address show');
    expect(addresses).toMatch(/ lo +inet 172\.16\.6\.202\/32 /);
    expect(addresses).toMatch(/ (lo|tunl0) +inet 172\.16\.6\.203\/32 /);
    expect(await on(node, 'sysctl -n net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce')).toBe('1\n2\n');
  });

  it('leave it to the master to answer for the addresses', async () => {
    const master = (await on('lb-a', 'cat /sys/class/net/eth0/address')).trim();
    await on('tester', `ip neigh flush all; for one in ${DR} ${TUN}; do ping -c 1 -W 2 $one > /dev/null || true; done`);
    const known = await on('tester', 'ip neigh show');
    for (const service of [DR, TUN]) expect(known).toMatch(new RegExp(`^${service} .* lladdr ${master}\\b`, 'm'));
  });

  it.each(servers)('take tunnels apart on %s by the kernel, or by our program, and say by which', async (node) => {
    const device = await on(node, 'ip -d link show tunl0');
    const status = await testbed.relevo.run('exec', '--lab', 'direct', node, '--', 'director status');
    if (/\bipip\b/.test(device)) expect(status.exitCode).toBe(1);
    else {
      expect(device).toMatch(/\btun\b/);
      expect(status.stdout).toMatch(
        /^decap: process \d+ takes tunnels apart on tunl0, in the place of the kernel's ipip$/m,
      );
    }
  });

  it('do so again after a restart', async () => {
    await testbed.relevo.succeed('kill', 'www-b', '--lab', 'direct');
    await testbed.relevo.succeed('start', 'www-b', '--lab', 'direct');
    await eventually('www-b is back in the table', async () => {
      const table = await on('lb-a', 'ipvsadm -Ln');
      return table.split('-> 10.19.2.2:80').length === 3;
    });
    await on('tester', `for i in 1 2 3 4 5 6; do curl -sS -m 5 http://${TUN}/ | grep -q hello; done`);
  });
});

describe('a dead master', () => {
  async function download(): Promise<string[]> {
    const fetch = `curl -sS -m 90 --limit-rate 150k -o /tmp/$one http://$one/large 2> /tmp/$one.error`;
    const tell = `echo "$one: status $?, $(sha256sum < /tmp/$one | cut -c -64)$(cat /tmp/$one.error)"`;
    const lines = await on('tester', `for one in ${NAT} ${DR} ${TUN}; do { ${fetch}; ${tell}; } & done; wait`);
    return lines.trim().split('\n').sort();
  }

  it('ends no download, by whatever method, and none when it comes back', async () => {
    await on('files', `head -c ${DOWNLOAD_BYTES} /dev/urandom > /srv/pages/large`);
    // Else the whole file may be in the client's kernel, and the connections over, before curl has read a tenth of it.
    await on('tester', 'sysctl -qw "net.ipv4.tcp_rmem=4096 65536 65536"');
    const digest = (await on('files', 'sha256sum < /srv/pages/large')).slice(0, 64);
    const downloads = download();
    const entries = { master: '', standby: '' };
    await eventually('the standby knows the downloads', async () => {
      entries.master = await on('lb-a', 'ipvsadm -Lnc');
      entries.standby = await on('lb-b', 'ipvsadm -Lnc');
      return [NAT, DR, TUN].every((one) => new RegExp(`ESTABLISHED .*${one}:80`).test(entries.standby));
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\nmaster: ${entries.master}\nstandby: ${entries.standby}`);
    });
    const report = drillReportSchema.parse(
      await testbed.relevo.json('drill', 'kill-master', '--lab', 'direct', '--rate', '50'),
    );
    expect(report.healed).toBe(true);
    expect(report.services[0]?.outageMs).toBeLessThan(1500);
    expect(await downloads).toEqual([NAT, DR, TUN].map((one) => `${one}: status 0, ${digest}`));
    await eventually('the master has its addresses', async () =>
      (await holders()).every((names) => names.join() === 'lb-a'),
    );
  });
});
