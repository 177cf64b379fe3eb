import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventPayload } from '../../provisioning/contract/index.ts';
import { connect } from '../../provisioning/rpc-client/index.ts';
import type { EngineClient } from '../../provisioning/rpc-client/index.ts';
import { startTestEngine } from './support/test-engine.ts';
import type { TestEngine } from './support/test-engine.ts';

const terminal = { columns: 80, rows: 24 };
let host: TestEngine;
let client: EngineClient;

beforeAll(async () => {
  host = await startTestEngine();
  await host.service.up({ testbed: 'tfg' });
});
beforeEach(async () => {
  client = await connect(host.engine);
  return () => client.close();
});
afterAll(() => host.stop());

interface Heard {
  stdout: Buffer;
  stderr: Buffer;
  exit: EventPayload<'session-exit'> | undefined;
}

/** Everything that a client hears of its sessions. */
function listen(to: EngineClient): Heard {
  const heard: Heard = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exit: undefined };
  to.on('session-output', ({ stream, data }) => {
    heard[stream] = Buffer.concat([heard[stream], Buffer.from(data, 'base64')]);
  });
  to.on('session-exit', (exit) => (heard.exit = exit));
  return heard;
}

async function open(command: string, size?: typeof terminal): Promise<string> {
  const request = { lab: 'tfg', node: 'web1', command, ...(size === undefined ? {} : { terminal: size }) };
  return (await client.call('session.open', request)).session;
}

const sessions = async (): Promise<string[]> =>
  (await client.call('session.list', { lab: 'tfg' })).map(({ session }) => session);

describe('a plain command', () => {
  test('its streams arrive apart and whole, with its exit status last, even when it ended before anybody listened', async () => {
    const heard = listen(client);
    const session = await open('printf out; printf err >&2; exit 3');
    await vi.waitFor(() => expect(() => process.kill(host.service.lab('tfg').channels.at(-1)?.pid ?? 0, 0)).toThrow());
    await client.call('session.attach', { session });
    await vi.waitFor(() => expect(heard.exit).toEqual({ session, exitCode: 3 }));
    expect([heard.stdout.toString(), heard.stderr.toString()]).toEqual(['out', 'err']);
    expect(await sessions()).not.toContain(session);
  });

  test('bytes go in and come out unchanged', async () => {
    const heard = listen(client);
    const bytes = randomBytes(300_000);
    const session = await open('cat');
    await client.call('session.attach', { session });
    for (let at = 0; at < bytes.length; at += 50_000) {
      await client.call('session.write', { session, data: bytes.subarray(at, at + 50_000).toString('base64') });
    }
    await client.call('session.end', { session });
    await vi.waitFor(() => expect(heard.exit?.exitCode).toBe(0));
    expect(heard.stdout.equals(bytes)).toBe(true);
  });

  test('a signal that ended it is named', async () => {
    const heard = listen(client);
    const session = await open('kill -TERM $$');
    await client.call('session.attach', { session });
    await vi.waitFor(() => expect(heard.exit).toEqual({ session, signal: 'SIGTERM' }));
  });

  test('it ends with the client that opened it', async () => {
    await open('exec sleep 1000');
    const pid = host.service.lab('tfg').channels.at(-1)?.pid ?? 0;
    client.close();
    await client.closed;
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  });

  test('a reader that pauses holds the node back, and loses nothing', async () => {
    const hash = createHash('sha256');
    let size = 0;
    client.on('session-output', ({ data }) => {
      const piece = Buffer.from(data, 'base64');
      size += piece.length;
      hash.update(piece);
    });
    let ended = false;
    client.on('session-exit', () => (ended = true));
    const total = 64 * 1024 * 1024;
    const session = await open(`head -c ${total} /dev/zero`);
    const before = process.memoryUsage().rss;
    await client.call('session.attach', { session });
    client.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Ten megabytes is far above what sockets and pipes hold, and far below what the command wants to write.
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
    expect(size).toBeLessThan(total / 2);
    client.resume();
    await vi.waitFor(() => expect(ended).toBe(true), { timeout: 30_000 });
    expect(size).toBe(total);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.alloc(total)).digest('hex'));
  });
});

describe('a terminal', () => {
  test('outlives the client that opened it, and shows what it showed to the next one', async () => {
    const session = await open('echo before; read line; echo after $line; read line', terminal);
    client.close();
    await client.closed;
    const next = await connect(host.engine);
    const heard = listen(next);
    const history = async (): Promise<string> =>
      Buffer.from((await next.call('session.attach', { session })).history, 'base64').toString('utf8');
    await vi.waitFor(async () => expect(await history()).toBe('before\n'));
    await next.call('session.write', { session, data: Buffer.from('you\n').toString('base64') });
    await vi.waitFor(() => expect(heard.stdout.toString()).toMatch(/after you\n$/));
    await next.call('session.close', { session });
    await vi.waitFor(() => expect(heard.exit?.reason).toContain('closed'));
    next.close();
  });

  test('output goes to those who are attached, and to nobody else', async () => {
    const stranger = await connect(host.engine);
    const ignored = listen(stranger);
    const heard = listen(client);
    const session = await open('read line; echo secret', terminal);
    await client.call('session.attach', { session });
    await client.call('session.write', { session, data: Buffer.from('\n').toString('base64') });
    await vi.waitFor(() => expect(heard.exit?.exitCode).toBe(0));
    expect(heard.stdout.toString()).toBe('secret\n');
    await stranger.call('engine.info', {});
    expect(ignored).toEqual({ stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exit: undefined });
    stranger.close();
  });

  test('its history keeps the last 256 KiB', async () => {
    const session = await open('head -c 300000 /dev/zero | tr "\\0" a; printf END; read line', terminal);
    await vi.waitFor(async () => {
      const { history } = await client.call('session.attach', { session });
      const bytes = Buffer.from(history, 'base64');
      expect(bytes.length).toBe(256 * 1024);
      expect(bytes.subarray(-4).toString()).toBe('aEND');
    });
    await client.call('session.close', { session });
  });

  test('when its node dies, its end says so, and it stays to be read', async () => {
    const heard = listen(client);
    const session = await open('echo alive; exec sleep 1000', terminal);
    await client.call('session.attach', { session });
    const channel = host.service.lab('tfg').channels.at(-1);
    channel?.lose();
    await vi.waitFor(() => expect(heard.exit?.reason).toContain('web1'));
    process.kill(channel?.pid ?? 0, 'SIGKILL');
    expect(await client.call('session.attach', { session })).toMatchObject({ node: 'web1', closed: true });
    await client.call('session.close', { session });
    expect(await sessions()).not.toContain(session);
  });
});

describe('subscriptions', () => {
  test('a snapshot comes before the answer, and then every event of that lab and of no other', async () => {
    const order: string[] = [];
    client.on('lab-snapshot', ({ lab }) => order.push(`snapshot ${lab}`));
    client.on('lab-phase', ({ lab, phase }) => order.push(`${lab} ${phase}`));
    await client.call('subscribe.lab', { lab: 'tfg' });
    order.push('answer');
    host.service.emit({ event: 'lab-phase', payload: { lab: 'other', phase: 'failed' } });
    host.service.emit({ event: 'lab-phase', payload: { lab: 'tfg', phase: 'running' } });
    await client.call('unsubscribe.lab', { lab: 'tfg' });
    host.service.emit({ event: 'lab-phase', payload: { lab: 'tfg', phase: 'failed' } });
    await client.call('engine.info', {});
    expect(order).toEqual(['snapshot tfg', 'answer', 'tfg running']);
  });

  test('labs are listed at once, and again when one comes or goes; its sessions end with it', async () => {
    const seen: string[] = [];
    const heard = listen(client);
    client.on('labs', ({ labs }) => seen.push(labs.map(({ lab, phase }) => `${lab}:${phase}`).join(' ')));
    await client.call('subscribe.labs', {});
    await client.call('lab.up', { testbed: 'tfg', lab: 'second' });
    const { session } = await client.call('session.open', { lab: 'second', node: 'web1', terminal });
    await client.call('session.attach', { session });
    await client.call('lab.down', { lab: 'second' });
    const both = 'tfg:running second:';
    expect(seen).toEqual(['tfg:running', `${both}starting`, `${both}running`, 'tfg:running']);
    expect(heard.exit?.reason).toBe('Lab second was taken down.');
  });
});

describe('files', () => {
  test('are written and read whole, with their mode', async () => {
    const path = `${host.state}/note`;
    const data = Buffer.from('ñ\0\n').toString('base64');
    const at = { lab: 'tfg', node: 'web1', path };
    await client.call('file.write', { ...at, data, mode: 0o640 });
    expect(await client.call('file.read', at)).toEqual({ data });
  });

  test('that are not there, or too large, are refused in words', async () => {
    const at = { lab: 'tfg', node: 'web1', path: `${host.state}/nothing` };
    await expect(client.call('file.read', at)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const data = Buffer.alloc(1024 * 1024 + 1).toString('base64');
    await expect(client.call('file.write', { ...at, data })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
