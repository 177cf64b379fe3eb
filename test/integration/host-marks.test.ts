import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { NodeProcess } from './support/director-process.ts';
import { output, until } from './support/director-namespaces.ts';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';

const work = mkdtempSync(join(tmpdir(), 'relevo-marks-'));
const secureServer = `
const { createServer } = require('node:http');
createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(process.argv[1] + ' on 443\\n');
}).listen(443, '0.0.0.0');
`;
let lab: BalancedLab;
const servers: NodeProcess[] = [];

/** A command on the director's node. */
const onDirector = (line: string): Promise<string> =>
  output('ip', ['netns', 'exec', lab.node('d'), ...line.split(' ')]);

/** What the client gets from a port of the virtual address; '' when nothing. */
const fetch = (port: number): Promise<string> =>
  output('ip', ['netns', 'exec', lab.node('c'), 'curl', '-s', '-m', '2', `http://${VIP}:${port}/`]).catch(() => '');

beforeAll(async () => {
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  lab = new BalancedLab('marks', work, script);
  await lab.start('! No services yet\n');
  for (const index of [1, 2]) {
    const place = { namespace: lab.node(String(index)), folder: join(work, String(index)), env: { ...process.env } };
    servers.push(new NodeProcess(place, 'secure', [process.execPath, '-e', secureServer, `web${index}`]));
  }
});

afterAll(async () => {
  for (const server of servers) await server.kill();
  await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

afterEach(async () => {
  await lab.ipvsadm('-C');
  await onDirector('nft flush ruleset').catch(() => undefined);
});

async function addService(options = '-s rr'): Promise<void> {
  expect(await lab.ipvsadm(`-A -f 1 ${options}`)).toMatchObject({ exitCode: 0 });
  for (const index of [1, 2])
    expect(await lab.ipvsadm(`-a -f 1 -r ${serverAddress(index)} -m`)).toMatchObject({ exitCode: 0 });
}

const isBalanced = async (port: number): Promise<boolean> => {
  const answers = new Set([await fetch(port), await fetch(port)]);
  return answers.size === 2 && !answers.has('');
};

const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Rules of x_tables need modules that not every kernel has. */
const hasLegacy = has('iptables-legacy') && existsSync('/proc/net/ip_tables_names');

const programs = [
  ['iptables of nf_tables', 'iptables-nft', has('iptables-nft')],
  ['iptables of x_tables', 'iptables-legacy', hasLegacy],
] as const;

describe.each(programs)('marks of %s', (_, program, isThere) => {
  const rule = (action: string, ports: string): string =>
    `${program} -t mangle ${action} PREROUTING -d ${VIP} -p tcp -m multiport --dports ${ports} -j MARK --set-mark 1`;

  it.skipIf(!isThere)('bring packets to the service, until the rule is removed', { timeout: 90_000 }, async () => {
    await onDirector(rule('-A', '80,443'));
    await addService();
    await until('both ports are balanced', 20_000, async () => (await isBalanced(80)) && (await isBalanced(443)));
    await onDirector(rule('-D', '80,443'));
    await until('nothing answers', 30_000, async () => (await fetch(80)) === '');
    await until('the log says why', 15_000, () => lab.director.log.includes('No packet will reach the IPv4 service'));
  });
});

describe('marks of nft', () => {
  it('bring packets to the service as soon as a rule is added, and not those of an exception', async () => {
    await addService();
    await until('the log says what to do', 15_000, () =>
      lab.director.log.includes(`-p tcp --dport 80 -j MARK --set-mark 1`),
    );
    expect(await fetch(80)).toBe('');
    await onDirector('nft add table ip fw');
    await onDirector('nft add chain ip fw pre { type filter hook prerouting priority mangle ; }');
    await onDirector(`nft add rule ip fw pre tcp dport 443 return`);
    await onDirector(`nft add rule ip fw pre ip daddr ${VIP} tcp dport { 80, 443 } meta mark set 1`);
    await until('port 80 is balanced', 15_000, () => isBalanced(80));
    expect(await fetch(443)).toBe('');
  });

  it('group ports, so that a persistent client has one server for both', async () => {
    await onDirector('nft add table inet fw');
    await onDirector('nft add chain inet fw pre { type filter hook prerouting priority -150 ; }');
    await onDirector('nft add set inet fw web { type inet_service ; elements = { 80, 443 } ; }');
    await onDirector(`nft add rule inet fw pre ip daddr ${VIP} tcp dport @web meta mark set 1`);
    await addService('-s rr -p 60');
    await until('it answers', 15_000, async () => (await fetch(80)) !== '');
    const names = await Promise.all([80, 443, 80, 443].map(async (port) => (await fetch(port)).split(' ')[0]));
    expect(new Set(names).size).toBe(1);
    expect(names[0]).toMatch(/^web[12]$/);
    const { stdout } = await lab.ipvsadm('-Lcn');
    expect(stdout).toMatch(/^IP {2}\d\d:\d\d {2}\w+ +192\.168\.9\.2:0 +0\.0\.0\.1:0 +10\.9\.0\.1[12]:0$/m);
  });

  it('that cannot be followed are named in the log', async () => {
    await onDirector('nft add table inet fw');
    await onDirector('nft add chain inet fw pre { type filter hook prerouting priority -150 ; }');
    await onDirector('nft add rule inet fw pre ct state new meta mark set 1');
    await addService();
    await until('it is named', 15_000, () =>
      /no effect here: inet fw pre: ct state new meta mark set 0x0*1: the packet plane cannot tell/.test(
        lab.director.log,
      ),
    );
  });
});
