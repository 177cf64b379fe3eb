import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeProcess, TestDirector } from './director-process.ts';
import { output } from './director-namespaces.ts';

const ip = (line: string): Promise<string> => output('ip', line.split(' '));

/** Answers its name to every request while its file `well` exists, 503 otherwise; /slow goes on until there is a file `enough`. */
const webServer = `
const { createServer } = require('node:http');
const { existsSync } = require('node:fs');
const [name, well, enough] = process.argv.slice(1);
createServer((request, response) => {
  if (request.url === '/slow') {
    const timer = setInterval(() => {
      if (!existsSync(enough)) return void response.write('.');
      clearInterval(timer);
      response.end('the end');
    }, 50);
    return;
  }
  response.statusCode = existsSync(well) ? 200 : 503;
  response.setHeader('connection', 'close');
  response.end(existsSync(well) ? name + ' is well\\n' : 'out of order\\n');
}).listen(80, '0.0.0.0');
`;

export const VIP = '192.168.9.100';
export const serverAddress = (index: number): string => `10.9.0.1${index}`;

/** A client, a director and two web servers behind it, each in a network namespace; the director has no services yet. */
export class BalancedLab {
  readonly director: TestDirector;
  readonly folder: string;
  readonly #name: string;
  readonly #script: string;
  readonly #servers: NodeProcess[] = [];

  constructor(name: string, folder: string, script: string) {
    this.#name = `relevo-${name}-${process.pid}`;
    this.folder = folder;
    this.#script = script;
    this.director = new TestDirector(this.#place('d'), script);
  }

  async start(configuration: string): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    for (const role of ['d', 'c', '1', '2']) {
      await ip(`netns add ${this.#namespace(role)}`);
      await ip(`-n ${this.#namespace(role)} link set lo up`);
    }
    await this.#cable('c', 'eth0', '192.168.9.1/24', '192.168.9.2/24');
    await ip(`-n ${this.#namespace('d')} address add ${VIP}/24 dev eth0`);
    for (const index of [1, 2]) {
      const role = String(index);
      await this.#cable(role, `eth${index}`, `10.9.0.${index}/32`, `${serverAddress(index)}/24`);
      await ip(`-n ${this.#namespace('d')} route add ${serverAddress(index)}/32 dev eth${index} src 10.9.0.${index}`);
      await ip(`-n ${this.#namespace(role)} route add default via 10.9.0.${index}`);
      this.setWell(index, true);
      const files = [this.#wellFile(index), this.#enoughFile];
      const command = [process.execPath, '-e', webServer, `web${index}`, ...files];
      this.#servers.push(new NodeProcess(this.#place(role), `web${index}`, command));
    }
    await this.director.start(configuration);
  }

  async stop(): Promise<void> {
    await this.director.stop().catch(() => undefined);
    for (const server of this.#servers) await server.kill();
    for (const role of ['d', 'c', '1', '2']) await ip(`netns del ${this.#namespace(role)}`).catch(() => undefined);
  }

  /** The network namespace of the director (d), the client (c) or a web server (1, 2). */
  node(role: string): string {
    return this.#namespace(role);
  }

  /** Whether a web server answers 200 or 503. */
  setWell(index: number, well: boolean): void {
    if (well) writeFileSync(this.#wellFile(index), '');
    else rmSync(this.#wellFile(index), { force: true });
  }

  /** One `ipvsadm` on the director's node, its words in one string. */
  ipvsadm(line: string, input = ''): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const file = join(this.folder, 'input');
    writeFileSync(file, input);
    const shell = `exec "$0" "$1" ipvsadm ${line} < ${file}`;
    const words = ['netns', 'exec', this.#namespace('d'), 'sh', '-c', shell, process.execPath, this.#script];
    return new Promise((resolve) => {
      execFile('ip', words, { env: this.#environment }, (error, stdout, stderr) => {
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  /** What the client gets from the virtual address; empty when nothing. */
  fetch(path = '/', seconds = 2): Promise<string> {
    const words = ['netns', 'exec', this.#namespace('c'), 'curl', '-s', '-m', String(seconds), `http://${VIP}${path}`];
    return output('ip', words).catch(() => '');
  }

  /** Lets all downloads of /slow come to their end, or new ones go on. */
  setEnough(enough: boolean): void {
    if (enough) writeFileSync(this.#enoughFile, '');
    else rmSync(this.#enoughFile, { force: true });
  }

  /** A cable of the director's node is off, or on again. */
  async setLink(device: string, up: boolean): Promise<void> {
    await ip(`-n ${this.#namespace('d')} link set ${device} ${up ? 'up' : 'down'}`);
  }

  /** A program on the director's node that finds our ipvsadm where Debian's lies; only it sees this. */
  runOnDirector(name: string, command: string): NodeProcess {
    const wrapper = join(this.folder, 'ipvsadm');
    const env = `DIRECTOR_RUN_DIRECTORY=${this.director.runDirectory}`;
    writeFileSync(
      wrapper,
      `#!/bin/sh\necho "$*" >> ${this.callsFile}\n${env} exec ${process.execPath} ${this.#script} ipvsadm "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const target = '/usr/sbin/ipvsadm';
    const script = `test -e ${target} || touch ${target}; mount --bind ${wrapper} ${target} && exec ${command}`;
    return new NodeProcess(this.#place('d'), name, [
      'unshare',
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
    ]);
  }

  /** One line for each call of `ipvsadm` by a program of `runOnDirector`. */
  get callsFile(): string {
    return join(this.folder, 'calls');
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, DIRECTOR_RUN_DIRECTORY: this.director.runDirectory };
  }

  get #enoughFile(): string {
    return join(this.folder, 'enough');
  }

  #wellFile(index: number): string {
    return join(this.folder, `well${index}`);
  }

  #namespace(role: string): string {
    return `${this.#name}-${role}`;
  }

  #place(role: string) {
    return { namespace: this.#namespace(role), folder: join(this.folder, role), env: { ...process.env } };
  }

  async #cable(role: string, device: string, director: string, other: string): Promise<void> {
    const [one, two] = [this.#namespace('d'), this.#namespace(role)];
    await ip(`link add ${device} netns ${one} type veth peer name eth0 netns ${two}`);
    await ip(`-n ${one} address add ${director} dev ${device}`);
    await ip(`-n ${two} address add ${other} dev eth0`);
    await ip(`-n ${one} link set ${device} up`);
    await ip(`-n ${two} link set eth0 up`);
  }
}
