import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdminMethod, AdminOutput } from '../../../director/api/admin.ts';
import type { CommandResult } from './control.ts';
import { bootFilesWithDirector } from './director-files.ts';
import { Guest } from './guest.ts';
import type { Answer, Question } from './questions.ts';
import { prepare } from './start.ts';

const program = '/opt/relevo/node /opt/relevo/director.cjs';
const askerPort = 7777;
const patienceSeconds = 40;

/** The guest with our director in it, and both command lines for one and the same kernel's table. */
export class DirectorGuest {
  readonly guest: Guest;
  readonly #folder: string;

  private constructor(guest: Guest, folder: string) {
    this.guest = guest;
    this.#folder = folder;
  }

  static async boot(): Promise<DirectorGuest> {
    const folder = mkdtempSync(join(tmpdir(), 'relevo-plane-'));
    const { kernel, initramfs } = prepare();
    try {
      const guest = await Guest.boot({ kernel, initramfs: await bootFilesWithDirector(initramfs, folder) });
      await guest.must(`/opt/relevo/node /opt/relevo/asker.cjs ${askerPort} > /run/asker.log 2>&1 &`);
      return new DirectorGuest(guest, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.guest.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  write(path: string, text: string): Promise<string> {
    return this.guest.must(`cat > ${path} << 'END-OF-FILE'\n${text}\nEND-OF-FILE`);
  }

  /** One call of our program, to its end. */
  director(parameters: string): Promise<CommandResult> {
    return this.guest.run(`${program} ${parameters}`);
  }

  /** Starts the director with this configuration, and gives what it has logged until it was ready. */
  async start(configuration: string): Promise<string> {
    await this.write('/run/director.conf', configuration);
    // Emptied first: the log of the director before would say that this one runs.
    const run = `${program} run --foreground --config /run/director.conf >> /run/director.log 2>&1 &`;
    await this.guest.must([': > /run/director.log', run, 'echo $! > /run/director.job'].join('\n'));
    return this.logged(/ runs with |^director: /m);
  }

  /** The log, once this is in it. */
  logged(pattern: RegExp): Promise<string> {
    return this.until(
      () => this.guest.must('cat /run/director.log'),
      (log) => pattern.test(log),
    );
  }

  /** Waits for its end. */
  async signal(name: 'TERM' | 'KILL'): Promise<void> {
    await this.guest.must(
      `pid=$(cat /run/director.job); kill -${name} $pid; while [ -d /proc/$pid ] && ! grep -q '^State:.Z' /proc/$pid/status; do sleep 0.05; done`,
    );
  }

  async ask(...questions: Question[]): Promise<unknown[]> {
    await this.write('/run/questions', JSON.stringify(questions));
    const { stdout } = await this.until(
      () => this.guest.run(`nc 127.0.0.1 ${askerPort} < /run/questions`),
      ({ stdout }) => stdout !== '',
    );
    return (JSON.parse(stdout) as Answer[]).map(({ value, error }) => {
      if (error !== undefined) throw new Error(error);
      return value;
    });
  }

  async request<Method extends AdminMethod>(method: Method, input: object = {}): Promise<AdminOutput<Method>> {
    const [value] = await this.ask({ method, input });
    return value as AdminOutput<Method>;
  }

  /** Our `ipvsadm`, once for each list of words. */
  ours(...lines: (readonly string[])[]): Promise<CommandResult[]> {
    return this.ask(...lines.map((ipvsadm) => ({ ipvsadm }))) as Promise<CommandResult[]>;
  }

  /** Debian's. */
  theirs(...lines: (readonly string[])[]): Promise<CommandResult[]> {
    const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
    return this.guest.runEach(lines.map((words) => ['ipvsadm', ...words.map(quoted)].join(' ')));
  }

  /** Asks again and again; the last value, also when it never became good: the test shows what is wrong with it. */
  async until<Value>(ask: () => Promise<Value>, isGood: (value: Value) => boolean): Promise<Value> {
    const end = performance.now() + patienceSeconds * 1000;
    for (;;) {
      const value = await ask();
      if (isGood(value) || performance.now() > end) return value;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
}
