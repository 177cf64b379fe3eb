import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandScope } from '../../engine/proxy/commands/command.ts';
import { CommandInterpreter } from '../../engine/proxy/commands/interpreter.ts';
import type { StatsSocket } from '../../engine/proxy/global.ts';
import { RuntimeSocket } from './runtime-socket.ts';

// None of the commands here looks at it.
const scope = { sockets: [] } as unknown as CommandScope;

describe('the runtime socket', () => {
  let folder = '';
  let path = '';
  let socket: RuntimeSocket;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-runtime-'));
    path = join(folder, 'admin');
    const bind = {
      endpoints: [{ kind: 'unix', path, abstract: false } as const],
      ...{ acceptProxy: false, deferAccept: false, transparent: false },
    };
    const settings: StatsSocket = {
      ...{ bind, level: 'operator', severityOutput: 'none', exposeListeners: false, permissions: { mode: 0o640 } },
    };
    socket = new RuntimeSocket({
      ...{ settings, maximumClients: 2, timeoutMs: 200, now: () => 0 },
      interpreter: ({ level, severityOutput }) => new CommandInterpreter(scope, level, severityOutput),
    });
    await socket.start();
  });

  afterEach(() => {
    socket.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const talk = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const client = connect(path, () => client.write(text));
      client.on('data', (data) => (answer += data.toString()));
      client.on('error', () => undefined);
      client.on('close', () => resolve(answer));
    });

  it('has the permissions of the file, and goes when it stops', () => {
    expect(statSync(path).mode & 0o777).toBe(0o640);
    socket.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('answers one line and ends', async () => {
    expect(await talk('show cli level\nshow cli level\n')).toBe('operator\n\n');
    expect(await talk('show cli level;user;show cli level\n')).toBe('operator\n\n\nuser\n\n');
  });

  it('goes on behind a prompt until somebody quits, or nobody says anything', async () => {
    expect(await talk('prompt\nshow cli level\nquit\n')).toBe('\n> operator\n\n> ');
    const before = Date.now();
    expect(await talk('prompt\n')).toBe('\n> ');
    expect(Date.now() - before).toBeGreaterThan(150);
  });

  it('takes no more clients than it may', async () => {
    const quiet = [connect(path), connect(path)];
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await talk('show cli level\n')).toBe('');
    for (const client of quiet) client.destroy();
  });
});
