import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { directorEventSchema } from '../../director/api/event.ts';
import { directorSnapshotSchema } from '../../director/api/snapshot.ts';
import { buildDirector } from '../../scripts/build-director.mjs';
import { DirectorNamespaces, output, until } from './support/director-namespaces.ts';
import { NodeProcess, TestDirector } from './support/director-process.ts';
import { debianTools } from './support/director-tools.ts';

/** One instance on each side and one virtual server, whose real server is the other machine. Quick: owner, 1 s checks. */
const configuration = ({ extra = '', priority = 255, port = 8080 } = {}): string => `
  vrrp_sync_group VG1 { group { VI_E VI_I } }
  vrrp_instance VI_E {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    virtual_ipaddress {
      192.168.1.200
      ${extra}
    }
  }
  vrrp_instance VI_I {
    interface eth1
    virtual_router_id 52
    priority ${priority}
    virtual_ipaddress { 10.0.100.200 }
  }
  virtual_server 192.168.1.200 80 {
    delay_loop 1
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 10.0.100.50 ${port} {
      TCP_CHECK {
        connect_timeout 1
        retry 1
        delay_before_retry 1
        warmup 0
      }
    }
  }`;
const all = ['10.0.100.200', '192.168.1.200'];

let bundle: string;
let work: string;
let env: NodeJS.ProcessEnv;
let net: DirectorNamespaces;
let director: TestDirector;
let count = 0;

beforeAll(async () => {
  env = (await debianTools()) ?? process.env;
  work = await mkdtemp(join(tmpdir(), 'relevo-conf-'));
  bundle = (await buildDirector({ outdir: join(work, 'node') })).script;
});
afterAll(() => rm(work, { recursive: true, force: true }));
beforeEach(async (context) => {
  context.onTestFailed(() => console.log(director.log));
  net = new DirectorNamespaces('conf');
  await net.create();
  director = new TestDirector({ namespace: net.a, folder: join(work, `director-${++count}`), env }, bundle);
});
afterEach(async () => {
  await director.kill();
  await net.remove();
});

const addresses = async (): Promise<string[]> => (await net.virtualAddresses(net.a)).sort();
const holdsAll = async (): Promise<boolean> => (await addresses()).join() === all.join();
const inNamespace = (...command: string[]): Promise<string> => output('ip', ['netns', 'exec', net.a, ...command], env);
const tables = async (): Promise<string[]> =>
  (await inNamespace('nft', 'list', 'tables')).split('\n').filter((line) => line.includes('relevo_director'));
const planeRules = (): Promise<string> => inNamespace('nft', 'list', 'tables', 'netdev');
const forwarding = async (): Promise<string> => (await inNamespace('cat', '/proc/sys/net/ipv4/ip_forward')).trim();

describe('what a director adds to its machine', () => {
  it('is gone when it has stopped', async () => {
    expect(await forwarding()).toBe('0');
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    await until('it masquerades', 2000, async () => (await tables()).length === 1);
    expect(await inNamespace('nft', 'list', 'table', 'ip', 'relevo_director')).toContain(
      'ip saddr 10.0.100.0/24 oifname "eth0" masquerade',
    );
    expect(await forwarding()).toBe('1');
    await director.command('stop');
    expect(await addresses()).toEqual([]);
    expect(await tables()).toEqual([]);
    expect(await forwarding()).toBe('0');
    expect(readdirSync(director.runDirectory)).toEqual([]);
  });

  it('was written down before, and goes at the next start after a SIGKILL, even with another configuration', async () => {
    await director.start(configuration({ extra: '192.168.1.202' }));
    await until('it holds its addresses', 5000, async () => (await addresses()).length === 3);
    await director.kill();
    expect(await addresses()).toHaveLength(3);
    // The kernel removes the table with the process that owned it.
    await until('the table is gone', 2000, async () => (await tables()).length === 0);
    await director.start(configuration({ priority: 1 }));
    await until('the addresses are gone', 2000, async () => (await addresses()).length === 0);
    await director.stop();
    expect(await forwarding()).toBe('0');
  });

  it('goes at the next start after a SIGKILL at any moment of a reload', async () => {
    const without = (text: string): string => text.replace(/virtual_server [^]*/, '');
    const files = ['192.168.1.203', '192.168.1.204'].map((extra) => without(configuration({ extra })));
    for (const pause of [0, 3, 10, 25, 60]) {
      await director.start(files[0] ?? '');
      await until('it holds its addresses', 5000, async () => (await addresses()).length === 3);
      director.configure(files[1] ?? '');
      director.hangUp();
      await new Promise((resolve) => setTimeout(resolve, pause));
      await director.kill();
      expect((await addresses()).length).toBeGreaterThan(1);
      // Another file still, and nobody to take over from: what is there now was left by the one before.
      await director.start(without(configuration({ priority: 1 })));
      await until(
        `all is gone that was left ${pause} ms into a reload`,
        2000,
        async () => (await addresses()).length === 0,
      );
      await director.stop();
    }
  }, 60_000);

  it('goes at the next start after a SIGKILL, even when the file has become unusable', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    expect(await planeRules()).toContain('relevo_plane');
    await director.kill();
    director.configure('vrrp_instance {');
    await expect(director.command('run', '--config', director.configFile)).rejects.toThrow('has errors');
    expect(await addresses()).toEqual([]);
    expect(await planeRules()).toBe('');
    expect(await forwarding()).toBe('0');
    expect(readdirSync(director.runDirectory)).toEqual([]);
  });

  it('goes with the process, killed or not, as far as the plane’s rules go: the kernel sees to it', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    expect(await planeRules()).toContain('relevo_plane');
    await director.kill();
    await until('the rules are gone', 2000, async () => (await planeRules()) === '');
    await director.start(configuration());
    await until('it holds its addresses again', 5000, holdsAll);
    expect(await planeRules()).toContain('relevo_plane');
  });

  it('goes at once when there are virtual servers and no plane to forward to them; VRRP alone needs none', async () => {
    const place = { namespace: net.a, folder: join(work, `director-${++count}`), env, configName: 'director.yaml' };
    const bare = new TestDirector(place, bundle);
    director.configure(configuration().replace(/virtual_server [^]*/, ''));
    // A kernel without IPVS, or one that keeps it from namespaces such as these.
    const alone = (await director.command('convert', '--to', 'yaml', director.configFile))
      .replace('virtualServers: []', '')
      .replace('plane: auto', 'plane: ipvs');
    const withService = `${alone}\nvirtualServers: [{ protocol: TCP, address: 192.168.1.200, port: 80 }]\n`;
    bare.configure(withService);
    await expect(bare.command('run', '--config', bare.configFile)).rejects.toThrow('No forwarding');
    expect(await addresses()).toEqual([]);
    expect(readdirSync(bare.runDirectory)).toEqual([]);
    await bare.start(alone);
    await until('it holds its addresses', 5000, holdsAll);
    // A reload that cannot be carried out changes nothing.
    bare.configure(withService);
    await expect(bare.command('reload')).rejects.toThrow('No forwarding');
    expect(await holdsAll()).toBe(true);
    await bare.stop();
  });

  it('does not include an address that was there before', async () => {
    await inNamespace('ip', 'address', 'add', '192.168.1.200/32', 'dev', 'eth0');
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    await director.stop();
    expect(await addresses()).toEqual(['192.168.1.200']);
  });
});

describe('a running director', () => {
  it('shows a snapshot first and then events, each as its schema says', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    await until('events arrive', 5000, () => director.since(0, 'advert').length >= 2);
    expect(director.events[0]?.type).toBe('snapshot');
    for (const event of director.events) expect(directorEventSchema.safeParse(event).error).toBeUndefined();
    // Another one comes for a watcher who was there before the instances.
    const [first, ...later] = director.events.flatMap((event) => (event.type === 'snapshot' ? [event.snapshot] : []));
    expect(later).toHaveLength(first?.instances.length === 0 ? 1 : 0);
    const snapshot = directorSnapshotSchema.parse(await director.snapshot());
    expect(snapshot).toMatchObject({ masquerading: true, services: [{ address: '192.168.1.200', port: 80 }] });
    expect(snapshot.instances.map(({ state }) => state)).toEqual(['MASTER', 'MASTER']);
  });

  it('keeps its state over a reload, and moves only the addresses that differ', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    const [before] = (await director.snapshot()).instances;
    director.configure(configuration({ extra: '192.168.1.201' }));
    const asked = Date.now();
    director.hangUp();
    await until('the new address is there', 3000, async () => (await addresses()).length === 3);
    await until('the event about it arrives', 3000, () => director.since(asked, 'address').length > 0);
    expect(director.since(asked, 'address')).toMatchObject([{ action: 'added', address: '192.168.1.201' }]);
    expect((await director.snapshot()).instances[0]?.since).toBeCloseTo(before?.since ?? NaN, 0);
  });

  it('changes nothing when the new file is bad, and says why', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    director.configure(configuration().replace('lb_algo rr', 'lb_alg rr'));
    await expect(director.command('reload')).rejects.toThrow('did you mean "lb_algo"?');
    director.hangUp();
    await until('the log says so', 3000, () => director.log.includes('Nothing was changed'));
    expect(await holdsAll()).toBe(true);
  });

  it('lets no second one start beside it', async () => {
    await director.start(configuration());
    await expect(director.command('run', '--config', director.configFile)).rejects.toThrow('running here already');
    expect((await director.snapshot()).instances).toHaveLength(2);
  });

  it('leaves its addresses when a link goes down, both instances together, and comes back with it', async () => {
    await director.start(configuration());
    await until('it holds its addresses', 5000, holdsAll);
    await net.setLink(net.b, 'eth1', false);
    await until('it holds nothing', 5000, async () => (await addresses()).length === 0);
    expect((await director.snapshot()).instances.map(({ state }) => state)).toEqual(['FAULT', 'FAULT']);
    await net.setLink(net.b, 'eth1', true);
    await until('it holds its addresses again', 10_000, holdsAll);
  });

  it('takes a real server out of the table when it dies and back when it returns', async () => {
    const place = { namespace: net.b, folder: join(work, `server-${count}`), env };
    const listen = "require('net').createServer((socket) => socket.end()).listen(8080)";
    const server = new NodeProcess(place, 'server', [process.execPath, '-e', listen]);
    const inTable = async (): Promise<boolean> => (await director.snapshot()).services[0]?.realServers.length === 1;
    await director.start(configuration());
    await until(
      'the server is seen',
      6000,
      async () => (await director.snapshot()).checks[0]?.reason.startsWith('connected') ?? false,
    );
    await server.kill();
    // delay_loop, two attempts that are refused at once, and the pause between them.
    expect(await until('it leaves', 6000, async () => !(await inTable()))).toBeLessThan(3500);
    expect((await director.snapshot()).checks).toMatchObject([
      { up: false, reason: 'connection refused, 2 times in a row' },
    ]);
    const again = new NodeProcess(place, 'server', [process.execPath, '-e', listen]);
    expect(await until('it returns', 6000, inTable)).toBeLessThan(3000);
    await again.kill();
    expect(director.since(0, 'check').map(({ check }) => check.up)).toEqual([false, true]);
  });
});

describe('director run', () => {
  it('goes to the background, returns when it answers, and leaves a pid file and a log', async () => {
    director.configure(configuration());
    const log = join(work, 'daemon.log');
    const environment = { ...env, DIRECTOR_RUN_DIRECTORY: director.runDirectory, DIRECTOR_LOG_FILE: log };
    const command = (...parameters: string[]) =>
      output('ip', ['netns', 'exec', net.a, process.execPath, bundle, ...parameters], environment);
    const said = await command('run', '--config', director.configFile);
    try {
      const pid = (await readFile(join(director.runDirectory, 'director.pid'), 'utf8')).trim();
      expect(said).toContain(`process ${pid}`);
      expect((await director.snapshot()).pid).toBe(Number(pid));
      expect(await readFile(log, 'utf8')).toContain('info director');
      await until('it holds its addresses', 5000, holdsAll);
    } finally {
      await command('stop');
    }
    expect(existsSync(join(director.runDirectory, 'director.pid'))).toBe(false);
    expect(await addresses()).toEqual([]);
  });

  it('says what is wrong with the file and starts nothing', async () => {
    director.configure('vrrp_instance X {\n  prority 3\n}\n');
    await expect(director.command('run', '--config', director.configFile)).rejects.toThrow(
      /:2:3: error: unknown word "prority" in vrrp_instance; did you mean "priority"\?/,
    );
    await expect(director.command('status')).rejects.toThrow('No director is running here');
    await expect(director.command('check', director.configFile)).rejects.toThrow();
  });
});
