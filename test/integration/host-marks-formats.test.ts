import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';
import { output, until } from './support/director-namespaces.ts';
import { NodeProcess, TestDirector } from './support/director-process.ts';

/**
 * The host's own nft rules set marks, as they are set everywhere; services by mark come out of each format that can say
 * them. Two ports are one service, in each family.
 */
const work = mkdtempSync(join(tmpdir(), 'relevo-mark-formats-'));
const VIP6 = 'fd00:9::100';
const serverAddress6 = (index: number): string => `fd00:a:${index}::11`;
const ports = [80, 8080];
const indexes = [1, 2];
/** Piranha gives servers of a mark no port: packets keep theirs. */
const otherServers = `
const { createServer } = require('node:http');
const answer = (request, response) => {
  response.setHeader('connection', 'close');
  response.end(process.argv[1] + ' is well\\n');
};
createServer(answer).listen({ port: 80, host: '::', ipv6Only: true });
createServer(answer).listen(8080, '0.0.0.0');
`;
const firewall = `table inet fw {
  chain pre {
    type filter hook prerouting priority mangle;
    ip daddr ${VIP} tcp dport { ${ports.join(', ')} } meta mark set 1
    ip6 daddr ${VIP6} tcp dport { ${ports.join(', ')} } meta mark set 6
  }
}`;

const lines = (...all: string[]): string => `${all.join('\n')}\n`;
const keepalivedService = (mark: number, address: (index: number) => string, ...more: string[]): string =>
  lines(
    `virtual_server fwmark ${mark} {`,
    ...['lb_algo rr', 'lb_kind NAT', 'protocol TCP', ...more],
    ...indexes.map((index) => `real_server ${address(index)} 80 {\nweight 1\n}`),
    '}',
  );
const ldirectordService = (six: '' | '6', mark: number, address: (index: number) => string): string =>
  lines(
    `virtual${six}=${mark}`,
    ...indexes.map((index) => `\treal${six}=${address(index)}:80 masq`),
    ...['\tprotocol=fwm', '\tscheduler=rr', '\tchecktype=on'],
  );

/** Each format with a service of mark 1, and of mark 6 over IPv6 where it can say that: Piranha knew none of it. */
const formats = {
  'keepalived.conf': {
    text: keepalivedService(1, serverAddress) + keepalivedService(6, serverAddress6, 'ip_family inet6'),
    families: [4, 6],
  },
  'ldirectord.cf': {
    text: ldirectordService('', 1, serverAddress) + ldirectordService('6', 6, (index) => `[${serverAddress6(index)}]`),
    families: [4, 6],
  },
  'lvs.cf': {
    text: lines(
      ...[
        'primary = 192.168.9.1',
        'service = lvs',
        'backup_active = 0',
        'network = nat',
        'nat_router = 10.9.9.1 eth1:1',
      ],
      ...['virtual web {', 'active = 1', `address = ${VIP} eth0:1`, 'port = 80', 'fwmark = 1', 'scheduler = rr'],
      ...indexes.map((index) => `server web${index} {\naddress = ${serverAddress(index)}\nactive = 1\nweight = 1\n}`),
      '}',
    ),
    families: [4],
  },
  'rules.ipvsadm': {
    text: lines(
      '-A -f 1 -s rr',
      ...indexes.map((index) => `-a -f 1 -r ${serverAddress(index)}:80 -m`),
      '-A -f 6 -6 -s rr',
      ...indexes.map((index) => `-a -f 6 -6 -r [${serverAddress6(index)}]:80 -m`),
    ),
    families: [4, 6],
  },
} as const;

let lab: BalancedLab;
let director: TestDirector | undefined;
let script: string;
const servers: NodeProcess[] = [];
const onNode = (role: string, line: string): Promise<string> =>
  output('ip', ['netns', 'exec', lab.node(role), ...line.split(' ')]);

beforeAll(async () => {
  ({ script } = await buildDirector({ outdir: join(work, 'node') }));
  lab = new BalancedLab('mf', work, script);
  await lab.start('! No services here\n');
  await lab.director.stop();
  await onNode('d', 'ip address add fd00:9::1/64 dev eth0 nodad');
  await onNode('d', `ip address add ${VIP6}/128 dev eth0 nodad`);
  await onNode('c', 'ip address add fd00:9::2/64 dev eth0 nodad');
  for (const index of indexes) {
    const role = String(index);
    await onNode('d', `ip address add fd00:a:${role}::1/64 dev eth${role} nodad`);
    await onNode(role, `ip address add ${serverAddress6(index)}/64 dev eth0 nodad`);
    await onNode(role, `ip route add default via fd00:a:${role}::1`);
    const place = { namespace: lab.node(role), folder: join(work, role), env: { ...process.env } };
    servers.push(new NodeProcess(place, 'others', [process.execPath, '-e', otherServers, `web${role}`]));
  }
  await output('ip', ['netns', 'exec', lab.node('d'), 'nft', firewall]);
});

afterEach(async () => {
  await director?.stop();
  director = undefined;
});

afterAll(async () => {
  for (const server of servers) await server.kill();
  await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

const fetch = (family: number, port: number): Promise<string> => {
  const host = family === 4 ? VIP : `[${VIP6}]`;
  return onNode('c', `curl -s -g -m 2 http://${host}:${port}/`).catch(() => '');
};

async function answersOf(family: number): Promise<string[]> {
  const answers: string[] = [];
  for (const port of [...ports, ...ports]) answers.push(await fetch(family, port));
  return answers.sort();
}

describe.each(Object.entries(formats))('a service by mark out of %s', (configName, { text, families }) => {
  it.each(families)('gets the packets that nft marks, of both ports (IPv%i)', { timeout: 60_000 }, async (family) => {
    const place = { namespace: lab.node('d'), folder: join(work, configName), env: { ...process.env } };
    director = new TestDirector({ ...place, configName }, script);
    await director.start(text);
    await until('it answers', 20_000, async () => (await fetch(family, 80)) !== '');
    // Turn by turn over both ports, so they are one service.
    const each = ['web1 is well\n', 'web1 is well\n', 'web2 is well\n', 'web2 is well\n'];
    expect(await answersOf(family)).toEqual(each);

    const mark = family === 4 ? 1 : 6;
    const [client, virtual] = family === 4 ? ['192.168.9.2', VIP] : ['[fd00:9::2]', `[${VIP6}]`];
    const told = await director.command('explain', `${client}:40000`, `${virtual}:8080`);
    expect(told).toContain(`port 8080 sets ${mark}, in by eth0: mark ${mark}.`);
    expect(told).toContain(`service: FWM ${mark}`);
    const { services } = await director.snapshot();
    const found = services.find((service) => service.mark === mark);
    expect(found?.counters.connections).toBeGreaterThanOrEqual(5);
    expect(found?.counters.outPackets).toBeGreaterThan(0);
  });
});

it('without the rules the director lets such packets be, and says what would mark them', async () => {
  await onNode('d', 'nft flush ruleset');
  const place = { namespace: lab.node('d'), folder: join(work, 'none'), env: { ...process.env } };
  director = new TestDirector({ ...place, configName: 'keepalived.conf' }, script);
  await director.start(formats['keepalived.conf'].text);
  const { log } = director;
  await until('the log says so', 15_000, () =>
    [4, 6].every((family) => director?.log.includes(`No packet will reach the IPv${family} service`)),
  );
  expect(log).not.toContain('rules of the host');
  expect([await fetch(4, 80), await fetch(6, 80)]).toEqual(['', '']);
  expect(await director.command('explain', '192.168.9.2:40000', `${VIP}:80`)).toMatch(/^No virtual service takes/);
});
