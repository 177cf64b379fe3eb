import { PassThrough } from 'node:stream';
import type { ChannelExit, CommandResult, NodeChannel, NodeConnection } from '../../ssh/connection.ts';
import { monitorCommand, showCommand } from '../address-monitor.ts';

/** A channel whose other end the test plays. */
export class FakeChannel implements NodeChannel {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: Promise<ChannelExit>;
  closed = false;
  readonly command: string;
  exit: (exit: ChannelExit) => void = () => undefined;

  constructor(command: string) {
    this.command = command;
    this.exited = new Promise((resolve) => (this.exit = resolve));
  }

  resize(): void {
    // No terminal.
  }

  close(): void {
    this.closed = true;
  }
}

/** A node with addresses in its kernel; remembers every channel and every command. */
export class FakeNode implements NodeConnection {
  readonly node: string;
  readonly addresses = new Set<string>();
  readonly channels: FakeChannel[] = [];
  readonly executed: string[] = [];
  readonly closed = new Promise<void>(() => undefined);
  onOpen: (channel: FakeChannel) => void = () => undefined;

  constructor(node: string) {
    this.node = node;
  }

  execute(command: string): Promise<CommandResult> {
    this.executed.push(command);
    if (command !== showCommand) return Promise.resolve({ exitCode: 127, stdout: '', stderr: '' });
    const lines = [...this.addresses].map(
      (address) => `3: eth0    inet ${address}/32 scope global eth0\\  valid_lft forever`,
    );
    return Promise.resolve({ exitCode: 0, stdout: lines.join('\n'), stderr: '' });
  }

  open(options: { readonly command?: string }): Promise<NodeChannel> {
    const channel = new FakeChannel(options.command ?? 'shell');
    this.channels.push(channel);
    this.onOpen(channel);
    return Promise.resolve(channel);
  }

  openSocket(path: string): Promise<never> {
    return Promise.reject(new Error(`Nobody listens on ${path}.`));
  }

  /** The kernel's part: changes an address and tells every monitor. */
  setAddress(at: number, address: string, action: 'added' | 'removed'): void {
    if (action === 'added') this.addresses.add(address);
    else this.addresses.delete(address);
    const time = new Date(at).toISOString().replace('Z', '000');
    const deleted = action === 'removed' ? 'Deleted ' : '';
    for (const channel of this.channels)
      if (channel.command === monitorCommand && !channel.closed)
        channel.stdout.write(`[${time}] ${deleted}3: eth0    inet ${address}/32 scope global eth0\n`);
  }

  /** The power fails: channels end without a word. */
  die(): void {
    this.addresses.clear();
    for (const channel of this.channels) {
      channel.stdout.end();
      channel.exit({ lost: true });
    }
  }

  readFile(): Promise<Buffer> {
    return Promise.reject(new Error('this node has no files'));
  }

  writeFile(): Promise<void> {
    return Promise.reject(new Error('this node has no files'));
  }

  close(): void {
    throw new Error('a drill must not close the connection of the lab');
  }
}
