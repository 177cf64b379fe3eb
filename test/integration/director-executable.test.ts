import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScript } from '../../director/index.ts';
import { buildDirector } from '../../scripts/build-director.mjs';
import { buildExecutable } from '../../scripts/lib/build-executable.mjs';
import { DirectorNamespaces, output, until } from './support/director-namespaces.ts';

const configuration = `
  vrrp_instance VI_E {
    interface eth0
    virtual_router_id 51
    priority 255
    virtual_ipaddress { 192.168.1.200 }
  }
  virtual_server 192.168.1.200 80 {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 10.0.100.50 80 {
      weight 2
    }
  }`;

/** Built once: everything in it runs without this machine's Node and without packages. */
describe('the single executable', () => {
  let work: string;
  let executable: string;
  let net: DirectorNamespaces;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'relevo-executable-'));
    executable = join(work, 'director');
    const parts = await buildDirector({ outdir: work });
    await buildExecutable({ ...parts, executable });
    // Only the executable stays: it must bring all it needs.
    await Promise.all([parts.script, parts.native].map((file) => rm(file)));
    await writeFile(join(work, 'director.init'), startScript, { mode: 0o755 });
    await writeFile(join(work, 'keepalived.conf'), configuration);
    env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      TMPDIR: work,
      DIRECTOR: executable,
      DIRECTOR_CONFIGURATION: join(work, 'keepalived.conf'),
      DIRECTOR_RUN_DIRECTORY: join(work, 'run'),
      DIRECTOR_LOG_FILE: join(work, 'log'),
    };
    net = new DirectorNamespaces('exe');
    await net.create();
  });
  afterAll(async () => {
    await script('stop').catch(() => undefined);
    await net.remove();
    await rm(work, { recursive: true, force: true });
  });

  const inNamespace = (...command: string[]): Promise<string> =>
    output('ip', ['netns', 'exec', net.a, ...command], env);
  const script = (verb: string): Promise<string> => inNamespace(join(work, 'director.init'), verb);

  it('is the same program', async () => {
    expect(await output(executable, ['--version'], env)).toMatch(/^\d+\.\d+\.\d+/);
    expect(await output(executable, ['check', join(work, 'keepalived.conf')], env)).not.toContain('error');
  });

  it('starts by its start script, with both of its threads', async () => {
    expect(await script('start')).toContain('director runs as process');
    await until('it holds its address', 5000, async () => (await net.virtualAddresses(net.a)).length === 1);
    expect(await script('status')).toMatch(/VI_E: MASTER[\s\S]*forwarding|forwarding: packet[\s\S]*VI_E: MASTER/);
    expect(await inNamespace(executable, 'ipvsadm', '-L', '-n')).toMatch(/-> 10\.0\.100\.50:80 +Masq +2 /);
  });

  it('stops, and leaves neither addresses nor files of its own', async () => {
    await script('stop');
    expect(await net.virtualAddresses(net.a)).toEqual([]);
    const left = await readdir(work);
    expect(left.filter((name) => name.startsWith('director-'))).toEqual([]);
  });
});
