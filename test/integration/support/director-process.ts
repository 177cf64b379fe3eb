import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DirectorEvent } from '../../../director/api/event.ts';
import type { DirectorSnapshot } from '../../../director/api/snapshot.ts';
import { output, until } from './director-namespaces.ts';

/** Where one program under test runs: a network namespace, a folder for its files, an environment. */
export interface Place {
  readonly namespace: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Its ending tells the format. Default `keepalived.conf`. */
  readonly configName?: string;
}

/** A program in a namespace, in a process group of its own. */
export class NodeProcess {
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(place: Place, name: string, command: readonly string[]) {
    mkdirSync(place.folder, { recursive: true });
    this.logFile = join(place.folder, `${name}.log`);
    const log = openSync(this.logFile, 'a');
    this.#child = spawn('ip', ['netns', 'exec', place.namespace, ...command], {
      detached: true,
      stdio: ['ignore', log, log],
      env: place.env,
    });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Power off: the whole process group at once. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }

  hangUp(): void {
    this.#child.kill('SIGHUP');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child.pid ?? 0), signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Our director under test: the bundle, as it runs on a node. */
export class TestDirector {
  readonly #place: Place;
  readonly #script: string;
  readonly configFile: string;
  readonly events: DirectorEvent[] = [];
  #process: NodeProcess | undefined;
  #watch: ChildProcess | undefined;

  constructor(place: Place, script: string) {
    mkdirSync(place.folder, { recursive: true });
    const env = {
      ...place.env,
      DIRECTOR_RUN_DIRECTORY: join(place.folder, 'run'),
      DIRECTOR_LOG_FILE: join(place.folder, 'daemon.log'),
    };
    this.#place = { ...place, env };
    this.#script = script;
    this.configFile = join(place.folder, place.configName ?? 'keepalived.conf');
  }

  get runDirectory(): string {
    return join(this.#place.folder, 'run');
  }
  get log(): string {
    return this.#process?.log ?? '';
  }

  configure(configuration: string): void {
    writeFileSync(this.configFile, configuration);
  }

  /** Starts it with a configuration and follows its events. */
  async start(configuration: string): Promise<void> {
    this.configure(configuration);
    const command = [process.execPath, this.#script, 'run', '--foreground', '--config', this.configFile];
    this.#process = new NodeProcess(this.#place, 'director', command);
    await until('the director answers', 10_000, async () => (await this.#try('status')) !== undefined);
    const snapshots = (): number => this.events.filter(({ type }) => type === 'snapshot').length;
    const before = snapshots();
    this.#follow();
    // What happens from now on is heard: the watcher is another process, and takes its time to begin.
    await until('its events are heard', 10_000, () => snapshots() > before);
  }

  async snapshot(): Promise<DirectorSnapshot> {
    return JSON.parse(await this.command('status', '--json')) as DirectorSnapshot;
  }

  /** Standard output of `director …` on this node. Rejects on a status other than 0. */
  command(...parameters: string[]): Promise<string> {
    const { namespace, env } = this.#place;
    return output('ip', ['netns', 'exec', namespace, process.execPath, this.#script, ...parameters], env);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#watch?.kill();
  }
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#watch?.kill();
  }
  hangUp(): void {
    this.#process?.hangUp();
  }

  /** Events of one type since a moment of the machine's clock (Date.now). */
  since<T extends DirectorEvent['type']>(at: number, type: T): Extract<DirectorEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<DirectorEvent, { type: T }> => event.type === type && event.at >= at,
    );
  }

  #follow(): void {
    const { namespace, env } = this.#place;
    const command = ['netns', 'exec', namespace, process.execPath, this.#script, 'watch', '--adverts'];
    this.#watch = spawn('ip', command, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const { stdout } = this.#watch;
    if (stdout) createInterface(stdout).on('line', (line) => this.events.push(JSON.parse(line) as DirectorEvent));
  }

  #try(...parameters: string[]): Promise<string | undefined> {
    return this.command(...parameters).catch(() => undefined);
  }
}

/** Debian's keepalived, only its VRRP part. */
export function startKeepalived(place: Place, configuration: string): NodeProcess {
  mkdirSync(place.folder, { recursive: true });
  const file = join(place.folder, 'keepalived.conf');
  writeFileSync(file, configuration, { mode: 0o644 });
  // A killed one leaves its pid files; where nobody collects orphans, their processes even seem to live.
  const pidFile = (name: string): string => {
    const path = join(place.folder, name);
    rmSync(path, { force: true });
    return path;
  };
  return new NodeProcess(place, 'keepalived', [
    ...['keepalived', '--vrrp', '--dont-fork', '--log-console', '--log-detail', '--use-file', file],
    ...['--pid', pidFile('keepalived.pid'), '--vrrp_pid', pidFile('vrrp.pid')],
  ]);
}
