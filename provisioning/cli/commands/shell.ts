import { RelevoError } from '../../contract/error.ts';
import type { EventPayload } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, withEngine } from '../context.ts';
import { createEscapeWatch } from '../escape.ts';
import { shellStatus } from '../exit-status.ts';

/** Opens a login shell on a node in this terminal, until it ends or `~.` is typed. */
export async function shell(context: CommandContext, node: string, options: CommandOptions): Promise<ExitStatus> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || options.json === true) {
    throw new RelevoError('INVALID_INPUT', 'relevo ssh needs a terminal.', {
      hint: `For scripts: relevo exec ${node} -- COMMAND`,
    });
  }
  return withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    const { session } = await client.call('session.open', { lab, node, terminal: windowSize() });
    const terminal = new LocalTerminal(client, session);
    try {
      const exit = await terminal.run();
      return exit === undefined ? undefined : shellStatus(exit, node);
    } finally {
      terminal.restore();
      await client.call('session.close', { session }).catch(() => undefined);
    }
  });
}

function windowSize(): { columns: number; rows: number } {
  const clamp = (value: number): number => Math.min(Math.max(value, 1), 1000);
  return { columns: clamp(process.stdout.columns), rows: clamp(process.stdout.rows) };
}

/** This terminal, joined to a session. */
class LocalTerminal {
  readonly #client: EngineClient;
  readonly #session: string;
  readonly #watch = createEscapeWatch();
  /** Typing is sent in order: one write waits for the one before. */
  #sending: Promise<unknown> = Promise.resolve();
  readonly #onResize = (): void =>
    this.#call(() => this.#client.call('session.resize', { session: this.#session, ...windowSize() }));

  constructor(client: EngineClient, session: string) {
    this.#client = client;
    this.#session = session;
  }

  /** Resolves with the shell's end, or undefined when the user left it. */
  async run(): Promise<EventPayload<'session-exit'> | undefined> {
    const ended = new Promise<EventPayload<'session-exit'>>((resolve) => {
      this.#client.on('session-exit', resolve);
    });
    this.#client.on('session-output', ({ data }) => process.stdout.write(Buffer.from(data, 'base64')));
    const { history } = await this.#client.call('session.attach', { session: this.#session });
    process.stdout.write(Buffer.from(history, 'base64'));
    process.stdin.setRawMode(true);
    process.stdout.on('resize', this.#onResize);
    const left = new Promise<undefined>((resolve) => {
      process.stdin.on('data', (typed: Buffer) => this.#type(typed, () => resolve(undefined)));
    });
    return Promise.race([ended, left, this.#client.closed.then(() => undefined)]);
  }

  restore(): void {
    process.stdout.off('resize', this.#onResize);
    process.stdin.setRawMode(false);
    process.stdin.destroy();
  }

  #type(typed: Buffer, onLeave: () => void): void {
    const { data, leave } = this.#watch(typed);
    const session = this.#session;
    if (data.length > 0) {
      this.#call(() => this.#client.call('session.write', { session, data: data.toString('base64') }));
    }
    if (leave) onLeave();
  }

  #call(send: () => Promise<unknown>): void {
    // A session that ended meanwhile says so in its own event.
    this.#sending = this.#sending.then(send).catch(() => undefined);
  }
}
