import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdminMethods } from './methods.ts';
import { AdminServer } from './server.ts';

/** Answers when it is told to. */
class SlowMethods {
  private readonly waiting: (() => void)[] = [];
  answer(method: string): Promise<unknown> {
    return new Promise((resolve) => this.waiting.push(() => resolve({ method })));
  }
  answerAll(): number {
    const waiting = this.waiting.splice(0);
    for (const answer of waiting) answer();
    return waiting.length;
  }
}

let folder: string;
let server: AdminServer;
let methods: SlowMethods;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-admin-'));
  methods = new SlowMethods();
  server = new AdminServer(join(folder, 'admin.sock'), methods as unknown as AdminMethods);
  await server.listen();
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the admin socket', () => {
  it('answers everything to one who has closed his side already, and then closes its own', async () => {
    let heard = '';
    const client = connect({ path: join(folder, 'admin.sock'), allowHalfOpen: true });
    client.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    const over = new Promise((resolve) => client.once('end', resolve));
    client.end('{"method":"table"}\n{"method":"nonsense"}\n{"method":"connections"}\n');
    for (let answered = 0; answered < 2; answered += methods.answerAll())
      await new Promise((resolve) => setImmediate(resolve));
    await over;
    const lines = heard
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { result?: unknown; error?: unknown });
    expect(lines).toHaveLength(3);
    expect(lines.filter(({ error }) => error !== undefined)).toHaveLength(1);
    expect(lines).toContainEqual({ result: { method: 'connections' } });
  });
});
