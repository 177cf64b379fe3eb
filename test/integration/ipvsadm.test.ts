import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';
import { until } from './support/director-namespaces.ts';

const work = mkdtempSync(join(tmpdir(), 'relevo-ipvsadm-'));
let lab: BalancedLab;

/** A service of the configuration beside those that ipvsadm makes. */
const configuration = `
virtual_server ${VIP} 8080 {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server ${serverAddress(1)} 80 {
        weight 5
    }
}
`;

beforeAll(async () => {
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  lab = new BalancedLab('ipvs', work, script);
  await lab.start(configuration);
});

afterAll(async () => {
  await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

const quiet = { exitCode: 0, stdout: '', stderr: '' };

describe('ipvsadm on a running director', () => {
  it('makes a service that balances at once', async () => {
    expect(await lab.ipvsadm(`-A -t ${VIP}:80 -s rr`)).toEqual(quiet);
    for (const index of [1, 2])
      expect(await lab.ipvsadm(`-a -t ${VIP}:80 -r ${serverAddress(index)}:80 -m -w ${index}`)).toEqual(quiet);
    await until('both answer', 5000, async () => {
      const answers = [await lab.fetch(), await lab.fetch()];
      return answers.includes('web1 is well\n') && answers.includes('web2 is well\n');
    });
  });

  it('lists what there is, with its connections and counters', async () => {
    const { stdout } = await lab.ipvsadm('-Ln');
    expect(stdout).toMatch(new RegExp(`^TCP  ${VIP}:80 rr$`, 'm'));
    expect(stdout).toMatch(/^ {2}-> 10\.9\.0\.12:80 +Masq {4}2 {6}\d+ +\d+ +$/m);
    const connections = (await lab.ipvsadm('-Lcn')).stdout;
    expect(connections).toMatch(/^TCP \d\d:\d\d {2}\w+ +192\.168\.9\.2:\d+ +192\.168\.9\.100:80 +10\.9\.0\.1[12]:80$/m);
    const listed = await lab.ipvsadm(`-L -n --stats -t ${VIP}:80`);
    expect(listed.stdout).toMatch(/^TCP {2}192\.168\.9\.100:80 +[1-9]\d* +[1-9]\d* +[1-9]\d* +[1-9]\d* +[1-9]\d*$/m);
    expect(await lab.director.command('proc', 'ip_vs_conn')).toMatch(
      /^TCP C0A80902 [\dA-F]{4} C0A80964 0050 0A09000[BC] 0050 /m,
    );
  });

  it('takes no new connections to a server of weight 0', async () => {
    expect(await lab.ipvsadm(`-e -t ${VIP}:80 -r ${serverAddress(2)}:80 -m -w 0`)).toEqual(quiet);
    for (let turn = 0; turn < 4; turn++) expect(await lab.fetch()).toBe('web1 is well\n');
    expect(await lab.ipvsadm(`-e -t ${VIP}:80 -r ${serverAddress(2)}:80 -m -w 2`)).toEqual(quiet);
  });

  it('says what the kernel would refuse, with its exit codes', async () => {
    expect(await lab.ipvsadm(`-A -t ${VIP}:80`)).toEqual({
      exitCode: 255,
      stdout: '',
      stderr: 'Service already exists\n',
    });
    expect(await lab.ipvsadm(`-d -t ${VIP}:80 -r 10.1.1.1`)).toMatchObject({
      exitCode: 255,
      stderr: 'No such destination\n',
    });
    expect(await lab.ipvsadm(`-L -t ${VIP}:99`)).toMatchObject({ exitCode: 1, stderr: 'No such service\n' });
    expect(await lab.ipvsadm('-A -t 10.0.0.1:0')).toMatchObject({ exitCode: 2 });
  });

  it('saves rules that restore the same table', async () => {
    const more = [
      '-A -f 9 -s mh -p 60 -M 255.255.255.0 -b mh-port',
      '-A -t [2001:db8::1]:443 -s wlc',
      '-a -t [2001:db8::1]:443 -r [2001:db8::2]:443 -i -w 4',
    ];
    expect(await lab.ipvsadm('-R', `${more.join('\n')}\n`)).toEqual(quiet);
    const saved = await lab.ipvsadm('-Sn');
    const listed = (await lab.ipvsadm('-Ln')).stdout.replace(/\d+ +\d+ +$/gm, '');
    expect(saved.stdout.trim().split('\n')).toHaveLength(8);
    expect(await lab.ipvsadm('-C')).toEqual(quiet);
    expect((await lab.ipvsadm('-Sn')).stdout).toBe('');
    expect(await lab.ipvsadm('-R', saved.stdout)).toEqual(quiet);
    expect((await lab.ipvsadm('-Sn')).stdout).toBe(saved.stdout);
    expect((await lab.ipvsadm('-Ln')).stdout.replace(/\d+ +\d+ +$/gm, '')).toBe(listed);
  });

  it('sets timeouts and runs sync daemons', async () => {
    expect(await lab.ipvsadm('--set 100 0 50')).toEqual(quiet);
    expect((await lab.ipvsadm('-L --timeout')).stdout).toBe('Timeout (tcp tcpfin udp): 100 120 50\n');
    expect(await lab.ipvsadm('--start-daemon master --mcast-interface eth0 --syncid 7')).toEqual(quiet);
    expect((await lab.ipvsadm('-L --daemon')).stdout).toBe(
      'master sync daemon (mcast=eth0, syncid=7, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n',
    );
    expect(await lab.ipvsadm('--start-daemon master')).toMatchObject({
      exitCode: 255,
      stderr: 'Daemon has already run\n',
    });
    expect(await lab.ipvsadm('--stop-daemon master')).toEqual(quiet);
  });
});

describe('a reload of the configuration', () => {
  it('keeps what ipvsadm made, and the connections of what stays', async () => {
    const before = (await lab.director.snapshot()).services.find(({ port }) => port === 80);
    lab.director.configure(configuration.replace('weight 5', 'weight 6').replace('lb_algo rr', 'lb_algo wlc'));
    await lab.director.command('reload');
    const rules = (await lab.ipvsadm('-Sn')).stdout;
    expect(rules).toContain(`-A -t ${VIP}:8080 -s wlc\n-a -t ${VIP}:8080 -r ${serverAddress(1)}:80 -m -w 6\n`);
    expect(rules).toContain(`-A -t ${VIP}:80 -s rr\n`);
    const after = (await lab.director.snapshot()).services.find(({ port }) => port === 80);
    expect(after?.counters).toEqual(before?.counters);
  });
});

describe('a person at the director', () => {
  it('drains, weighs and takes out a server of the configuration, over a reload, and gives it back', async () => {
    const rule = async (): Promise<string | undefined> =>
      (await lab.ipvsadm('-Sn')).stdout.split('\n').find((line) => line.startsWith(`-a -t ${VIP}:8080`));
    const server = `${serverAddress(1)}:80`;
    await lab.director.command('drain', `tcp/${VIP}:8080`, server);
    expect(await rule()).toMatch(/-w 0$/);
    await lab.director.command('reload');
    expect(await rule()).toMatch(/-w 0$/);
    await lab.director.command('enable', `tcp/${VIP}:8080`, server);
    expect(await rule()).toMatch(/-w 6$/);
    await lab.director.command('weight', `tcp/${VIP}:8080`, server, '9');
    expect(await rule()).toMatch(/-w 9$/);
    await lab.director.command('maintenance', `tcp/${VIP}:8080`, server);
    expect(await rule()).toBeUndefined();
    await lab.director.command('enable', `tcp/${VIP}:8080`, server);
    expect(await rule()).toMatch(/-w 6$/);
  });

  it('is told which server there is not', async () => {
    const failed = lab.director.command('drain', `tcp/${VIP}:80`, '10.7.7.7');
    await expect(failed).rejects.toThrow(/There is no server 10\.7\.7\.7 port 80 in TCP 192\.168\.9\.100 80/);
  });
});

describe('the admin API over HTTP', () => {
  it('is not opened without a token', async () => {
    writeFileSync(join(work, 'short'), 'secret\n');
    const start = (...more: string[]): Promise<string> =>
      lab.director.command('run', '--foreground', '--admin-listen', '9999', ...more);
    await expect(start()).rejects.toThrow(/--admin-listen needs --admin-token-file/);
    await expect(start('--admin-token-file', join(work, 'short'))).rejects.toThrow(/has 6 characters, it needs 16/);
  });
});

describe('director sysctl on a running director', () => {
  it('shows, sets and refuses as sysctl(8) does', async () => {
    expect(await lab.director.command('sysctl', 'sync_threshold')).toBe('net.ipv4.vs.sync_threshold = 3\t50\n');
    expect(await lab.director.command('sysctl', 'net.ipv4.vs.sync_threshold=3 10', '-n')).toBe('3\t10\n');
    expect(await lab.director.command('sysctl', '-a')).toMatch(/^net\.ipv4\.vs\.sync_threshold = 3\t10$/m);
    await expect(lab.director.command('sysctl', 'drop_entry=9')).rejects.toThrow('drop_entry takes 0 to 3, not 9');
    await expect(lab.director.command('sysctl', 'contrack')).rejects.toThrow('did you mean "conntrack"?');
  });
});
