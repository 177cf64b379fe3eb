import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Control, type CommandResult } from './control.ts';
import { icmpEcho, isEchoReply, syncMessage } from './echo.ts';
import { GuestLink } from './link.ts';
import { ports, type Port } from './network.ts';

export interface Captured {
  readonly port: Port;
  readonly frame: Buffer;
}

/** Some seconds on a machine that has nothing else to do. */
const bootMilliseconds = 180_000;
const answerMilliseconds = 120_000;

/** Debian's kernel with all of IPVS, in QEMU; both of its network ports end in this process. */
export class Guest {
  readonly #process: ChildProcess;
  readonly #control: Control;
  readonly #links: Readonly<Record<Port, GuestLink>>;
  readonly #folder: string;
  #captured: Captured[] = [];
  #echoes = 0;
  /** What the guest's master of connection synchronisation has said so far: the UDP payloads. */
  readonly syncMessages: Buffer[] = [];
  /** Everything that came over the serial line: the kernel's messages, for a person. */
  console = '';

  private constructor(
    folder: string,
    process: ChildProcess,
    channels: { control: Control; links: Readonly<Record<Port, GuestLink>> },
  ) {
    this.#folder = folder;
    this.#process = process;
    this.#control = channels.control;
    this.#links = channels.links;
    process.stdout?.on('data', (chunk: Buffer) => (this.console += chunk.toString('latin1')));
    process.stderr?.on('data', (chunk: Buffer) => (this.console += chunk.toString('latin1')));
    for (const port of ['eth0', 'eth1'] as const) {
      this.#links[port].onFrame((frame) => {
        if (isEchoReply(frame)) return;
        const message = syncMessage(frame);
        if (message === undefined) this.#captured.push({ port, frame });
        else this.syncMessages.push(message);
      });
    }
  }

  static async boot(files: { kernel: string; initramfs: string }): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-oracle-'));
    const control = await Control.listen(join(folder, 'control'));
    const links = {
      eth0: await GuestLink.listen(join(folder, 'eth0')),
      eth1: await GuestLink.listen(join(folder, 'eth1')),
    };
    const child = spawn('qemu-system-x86_64', machine(files, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
    const guest = new Guest(folder, child, { control, links });
    try {
      await guest.#within(control.ready, bootMilliseconds, 'boot');
    } catch (error) {
      await guest.close();
      throw error;
    }
    return guest;
  }

  /** Runs a shell script; those given without waiting run one after the other. */
  run(script: string): Promise<CommandResult> {
    return this.#within(this.#control.request(script), answerMilliseconds, `answer to "${script.slice(0, 200)}"`);
  }

  /** As `run`, for scripts that have to succeed. */
  async must(script: string): Promise<string> {
    const result = await this.run(script);
    if (result.code !== 0) throw new Error(`The guest failed at "${script}": ${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  /** Runs commands one after the other, each with its own outcome, for the price of one answer. */
  async runEach(commands: readonly string[]): Promise<CommandResult[]> {
    const script = commands.map(
      (command) => `( ${command}\n) 2> /run/b\nprintf '\\2%s\\2' $?; [ -s /run/b ] && cat /run/b; printf '\\3'`,
    );
    const answers = (await this.must([...script, 'true'].join('\n'))).split('\x03');
    return commands.map((_, index) => {
      const [stdout = '', code, stderr = ''] = (answers[index] ?? '').split('\x02');
      return { code: Number(code), stdout, stderr };
    });
  }

  send(port: Port, frame: Uint8Array): void {
    this.#links[port].send(frame);
  }

  /**
   * Waits until the guest has handled every frame sent so far, and gives all that it has sent since the last call. `port`: where
   * the last was sent. The guest answers there when it has handled it, and elsewhere when what it made of it has come.
   */
  async settle(port: Port = 'eth0'): Promise<Captured[]> {
    await this.#echo(port);
    await this.#echo(port === 'eth0' ? 'eth1' : 'eth0');
    const captured = this.#captured;
    this.#captured = [];
    return captured;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) resolve(undefined);
      this.#process.once('exit', resolve);
    });
    this.#process.kill('SIGKILL');
    await gone;
    this.#control.close();
    for (const link of Object.values(this.#links)) link.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A question that is answered only after all frames before it. */
  async #echo(port: Port): Promise<void> {
    const number = ++this.#echoes & 0xffff;
    const answered = new Promise<void>((resolve) => {
      const stop = this.#links[port].onFrame((frame) => {
        if (!isEchoReply(frame, number)) return;
        stop();
        resolve();
      });
    });
    this.#links[port].send(icmpEcho(port, number));
    await this.#within(answered, answerMilliseconds, `echo on ${port} (${ports[port].address})`);
  }

  async #within<T>(promise: Promise<T>, milliseconds: number, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let onExit: (() => void) | undefined;
    const failed = new Promise<never>((_, reject) => {
      const fail = (): void => {
        reject(new Error(`The guest gave no ${what}. Its console said: ${this.console.slice(-2000)}`));
      };
      timer = setTimeout(fail, milliseconds);
      onExit = fail;
      this.#process.once('exit', fail);
    });
    try {
      return await Promise.race([promise, failed]);
    } finally {
      clearTimeout(timer);
      if (onExit !== undefined) this.#process.off('exit', onExit);
    }
  }
}

/** QEMU's arguments. Offloads are off, so that the guest's packets have the checksums that a cable would see. */
function machine({ kernel, initramfs }: { kernel: string; initramfs: string }, folder: string): string[] {
  const offloads =
    'csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,mrg_rxbuf=off';
  const netPort = (port: Port): string[] => [
    ...['-netdev', `stream,id=${port},server=off,addr.type=unix,addr.path=${join(folder, port)}`],
    ...['-device', `virtio-net-pci,netdev=${port},mac=${ports[port].mac},romfile=,${offloads}`],
  ];
  return [
    ...['-accel', 'tcg', '-cpu', 'max', '-m', '384', '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
    ...netPort('eth0'),
    ...netPort('eth1'),
    ...['-chardev', `socket,id=control,path=${join(folder, 'control')}`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=control,name=relevo'],
    ...['-kernel', kernel, '-initrd', initramfs],
    ...[
      '-append',
      'console=ttyS0 quiet loglevel=1 panic=-1 rdinit=/init net.ifnames=0 mitigations=off random.trust_cpu=on',
    ],
  ];
}
