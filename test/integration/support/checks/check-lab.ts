import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { CheckConfiguration } from '../../../../director/engine/checks/configuration.ts';
import type { CheckResult } from '../../../../director/engine/checks/result.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
const timing = { intervalMs: 1000, timeoutMs: 5000, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };

/** What a check has besides its times. */
export type What = CheckConfiguration extends infer One
  ? One extends CheckConfiguration
    ? Omit<One, keyof typeof timing> & Partial<typeof timing>
    : never
  : never;

/** The path of a program, also of those that are not for everyone; undefined when it is not installed. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...postgresFolders()];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** PostgreSQL's programs are in a folder of their version, the newest first. */
function postgresFolders(): string[] {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.sort((left, right) => Number(right) - Number(left)).map((version) => join(folder, version, 'bin'));
}

/** A namespace with real daemons in it, and checks that are run there. */
export class CheckLab {
  readonly directory = mkdtempSync(join(tmpdir(), 'relevo-checks-'));
  readonly #namespace = `rlvg${String(process.pid)}`;
  readonly #probe = join(root, '.cache', `probe-${String(process.pid)}`);
  readonly #daemons: ChildProcess[] = [];

  async start(): Promise<void> {
    // Daemons that change their user have to get to their files.
    chmodSync(this.directory, 0o755);
    execFileSync('ip', ['netns', 'add', this.#namespace]);
    const ip = (words: string): Buffer => execFileSync('ip', ['-n', this.#namespace, ...words.split(' ')]);
    ip('link set lo up');
    // The other end answers nothing, not even ARP.
    ip('link add quiet0 type veth peer name quiet1');
    ip('addr add 10.77.0.1/24 dev quiet0');
    ip('link set quiet0 up');
    ip('link set quiet1 up');
    ip('route add unreachable 10.78.0.0/24');
    await build({
      entryPoints: [join(import.meta.dirname, 'probe.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['koffi'],
      outfile: join(this.#probe, 'probe.mjs'),
      logLevel: 'warning',
    });
  }

  async stop(): Promise<void> {
    for (const child of this.#daemons) await end(child);
    execFileSync('ip', ['netns', 'del', this.#namespace]);
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(this.#probe, { recursive: true, force: true });
  }

  file(name: string, content: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  /** A key and a certificate that nobody has signed. */
  async certificate(): Promise<{ key: string; certificate: string }> {
    const [key, certificate] = [join(this.directory, 'key.pem'), join(this.directory, 'cert.pem')];
    const words = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x'.split(' ');
    if (!existsSync(certificate)) await this.inside('openssl', ...words, '-keyout', key, '-out', certificate);
    return { key, certificate };
  }

  /** Starts a daemon that stays in the foreground and waits until something listens on the port. */
  async daemon(port: number, program: string, ...words: string[]): Promise<ChildProcess> {
    const path = programPath(program) ?? program;
    // Output to nowhere: what a daemon has to say is in its files.
    const child = spawn('ip', ['netns', 'exec', this.#namespace, path, ...words], { stdio: 'ignore', detached: true });
    this.#daemons.push(child);
    for (let tries = 0; tries < 300; tries++) {
      if (child.exitCode !== null) throw new Error(`${program} ended with code ${String(child.exitCode)}`);
      if (await this.#listens(port)) return child;
      await sleep(100);
    }
    throw new Error(`${program} does not listen on port ${String(port)}`);
  }

  end(child: ChildProcess): Promise<void> {
    return end(child);
  }

  async inside(program: string, ...words: string[]): Promise<string> {
    const path = programPath(program) ?? program;
    const { stdout } = await run('ip', ['netns', 'exec', this.#namespace, path, ...words]);
    return stdout;
  }

  /** All at once; results in the same order. */
  async look(...checks: What[]): Promise<CheckResult[]> {
    const whole = checks.map((check) => ({ ...timing, ...check }));
    const stdout = await this.inside(process.execPath, join(this.#probe, 'probe.mjs'), JSON.stringify(whole));
    return JSON.parse(stdout) as CheckResult[];
  }

  async #listens(port: number): Promise<boolean> {
    return (await this.inside('ss', '-Hlntu', `sport = :${String(port)}`)) !== '';
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  const killer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 10_000);
  await gone;
  clearTimeout(killer);
}
