import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/relevo.ts';
import { tableOf, TfgLab } from './support/lab.ts';

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

const webServers = ['10.0.100.2', '10.0.100.3', '10.0.100.4'];
const nameServers = ['10.0.100.5', '10.0.100.6', '10.0.100.7'];

describe('the web service', () => {
  it('answers 12 requests with four pages from each server in turn, and shows the client’s own address', async () => {
    const pages = await lab.askPage(12);
    for (const server of webServers) expect(pages.filter((page) => page.server === server).length).toBe(4);
    const round = pages.slice(0, 3).map((page) => page.server);
    expect(new Set(round).size).toBe(3);
    pages.forEach((page, index) => expect(page.server).toBe(round[index % 3]));
    expect(new Set(pages.map((page) => page.client))).toEqual(new Set(['192.168.1.10']));
  });

  it('reckons pi by the rectangle rule and says how long it took', async () => {
    const page = await lab.on('client', "curl -s 'http://192.168.1.202/pi.php?n=100000'");
    expect(page).toContain('3.14159');
  });

  it('speaks https on every server, with a certificate of its own', async () => {
    for (const server of webServers) {
      const page = await lab.on('master', `curl -s -k -m 5 https://${server}/`);
      expect(page).toContain(`Soy el servidor IP: ${server}`);
    }
  });
});

describe('the name service', () => {
  async function connections(): Promise<Record<string, number>> {
    const service = (await tableOf(lab, 'master')).find(({ protocol }) => protocol === 'UDP');
    return Object.fromEntries(service!.realServers.map(({ address, counters }) => [address, counters.connections]));
  }

  it('gives six questions to its three servers, two each', async () => {
    const before = await connections();
    await lab.on('client', 'for i in 1 2 3 4 5 6; do dig +short +tries=1 @192.168.1.200 web1.lab.local; done');
    const added = async (): Promise<number[]> => {
      const after = await connections();
      return nameServers.map((server) => after[server]! - before[server]!);
    };
    // The director tells its figures a few times a second.
    await eventually('the counters reach six', async () => (await added()).reduce((sum, one) => sum + one) >= 6, 3000);
    expect(await added()).toEqual([2, 2, 2]);
  });

  it.each([
    ['a server of the laboratory', 'web1.lab.local', '10.0.100.2'],
    ['an alias', 'cluster7.lab.local', 'dns3.lab.local.\n10.0.100.7'],
    ['a name of the world outside, through the forwarders', 'www.google.com', '216.58.201.196'],
    ['an alias of the world outside', 'www.upv.es', 'ias.cc.upv.es.\n158.42.4.23'],
  ])('knows %s', async (_, name, answer) => {
    expect((await lab.on('client', `dig +short @192.168.1.200 ${name}`)).trim()).toBe(answer);
  });

  it('knows addresses backwards', async () => {
    expect((await lab.on('client', 'dig +short @192.168.1.200 -x 10.0.100.2')).trim()).toBe('web1.');
  });

  it('loses a dead server within its check period, goes on answering, and gets it back', async () => {
    const listed = async (): Promise<boolean> => {
      const service = (await tableOf(lab, 'master')).find(({ protocol }) => protocol === 'UDP');
      return service!.realServers.some(({ address }) => address === '10.0.100.5');
    };
    expect(await listed()).toBe(true);
    await lab.relevo.succeed('kill', 'dns1');
    // A check every 3 s, which gives up after 3 s; keepalived's TCP_CHECK tries once more, a second later.
    await eventually('dns1 leaves the table', async () => !(await listed()), 3000 + 3000 + 1000 + 3000 + 500);
    const answers = await lab.on(
      'client',
      'for i in 1 2 3 4; do dig +short +tries=1 +time=1 @192.168.1.200 web1.lab.local; done',
    );
    expect(answers.trim().split('\n')).toEqual(Array.from({ length: 4 }, () => '10.0.100.2'));
    await lab.relevo.succeed('start', 'dns1');
    await eventually('dns1 is back in the table', listed, 10_000);
  });
});

describe('ipvsadm on the node', () => {
  it('prints the table in the real one’s format', async () => {
    const table = await lab.on('master', 'ipvsadm -L -n');
    expect(table).toMatch(/^IP Virtual Server version 1\.2\.1 \(size=\d+\)\nProt LocalAddress:Port Scheduler Flags\n/);
    expect(table).toMatch(/^TCP {2}192\.168\.1\.202:80 rr$/m);
    expect(table).toMatch(/^UDP {2}192\.168\.1\.200:53 rr$/m);
    for (const server of webServers)
      expect(table).toMatch(new RegExp(`^  -> ${server.replaceAll('.', '\\.')}:80 +Masq +1 +\\d+ +\\d+ *$`, 'm'));
  });
});

describe('the servers', () => {
  it('have their addresses from the directors’ DHCP servers, by their MAC', async () => {
    // Both directors offer; each server takes the offer that comes first.
    const files = await Promise.all(
      ['master', 'standby'].map((node) => lab.on(node, 'cat /var/lib/misc/dnsmasq.leases')),
    );
    const leases = files.join('');
    for (let last = 2; last <= 7; last++)
      expect(leases.toLowerCase()).toMatch(new RegExp(`08:00:27:01:01:0${last} 10\\.0\\.100\\.${last} `));
  });

  it('use the frame size and the way out that DHCP told them', async () => {
    for (const node of ['web1', 'dns2']) {
      expect(await lab.on(node, 'ip -o link show eth0')).toContain(' mtu 9000 ');
      expect(await lab.on(node, 'ip route show default')).toContain('via 10.0.100.200 dev eth0');
    }
  });

  it('share one folder of pages, whoever writes into it', async () => {
    await lab.on('nas', 'echo shared > /home/www/note.txt');
    for (const node of ['web1', 'web3']) expect(await lab.on(node, 'cat /nfs/www/note.txt')).toBe('shared\n');
    await lab.on('nas', 'rm /home/www/note.txt');
    const { sharing } = await lab.status();
    expect(sharing.kind).toBe('sshfs');
    expect(sharing.reason.en.length).toBeGreaterThan(20);
  });

  it('know each other by name', async () => {
    expect(await lab.on('web2', 'getent hosts cluster1')).toContain('10.0.100.1');
  });
});
