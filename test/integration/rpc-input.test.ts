import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { methods } from '../../provisioning/contract/index.ts';
import type { MethodName, RpcError } from '../../provisioning/contract/index.ts';
import { connect } from '../../provisioning/rpc-client/index.ts';
import type { EngineClient } from '../../provisioning/rpc-client/index.ts';
import { startTestEngine } from './support/test-engine.ts';
import type { TestEngine } from './support/test-engine.ts';

interface Answer {
  readonly id: number | string | null;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: RpcError };
}

let host: TestEngine;
let client: EngineClient;
let socket: WebSocket;

beforeAll(async () => {
  host = await startTestEngine();
  client = await connect(host.engine);
  socket = new WebSocket(`ws://127.0.0.1:${host.engine.port}/rpc`, ['relevo', `token.${host.engine.token}`]);
  await new Promise((resolve) => socket.once('open', resolve));
});
afterAll(async () => {
  socket.close();
  client.close();
  await host.stop();
});

function exchange(text: string): Promise<Answer> {
  return new Promise((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString('utf8')) as Answer));
    socket.send(text);
  });
}

const ask = (method: string, params: unknown): Promise<Answer> =>
  exchange(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }));

const names = Object.keys(methods) as MethodName[];
const wantsInput = names.filter((name) => !methods[name].input.safeParse({}).success);

describe('a method called with what it cannot take', () => {
  test.each(names)('%s refuses what is no object', async (name) => {
    for (const params of [[], 'text', 42, null].filter((value) => value !== null)) {
      const { id, error } = await ask(name, params);
      expect({ id, code: error?.code, data: error?.data.code }).toEqual({ id: 7, code: -32602, data: 'INVALID_INPUT' });
    }
  });

  test.each(wantsInput)('%s says which field is missing', async (name) => {
    const { error } = await ask(name, {});
    expect(error?.data.code).toBe('INVALID_INPUT');
    expect(error?.data.message).toContain(name);
    expect(error?.data.message).toMatch(/: expected|Invalid input/i);
  });

  test.each(wantsInput)('%s refuses fields of the wrong type', async (name) => {
    const shape = Object.keys((methods[name].input as { shape?: object }).shape ?? {});
    const { error } = await ask(name, Object.fromEntries(shape.map((field) => [field, { nested: true }])));
    expect(error?.data.code).toMatch(/^INVALID_(INPUT|LAB_NAME)$/);
  });

  test.each(['../etc', 'a b', '$(reboot)', 'A', '', '-x', 'a'.repeat(32), 'ñ', "a'b", 'a\n'])(
    'a lab cannot be named %j',
    async (lab) => {
      const { error } = await ask('lab.up', { testbed: 'tfg', lab });
      expect(error?.data.code).toBe('INVALID_LAB_NAME');
      expect(error?.data.detail.hint).toContain('lower-case');
      expect(host.service.calls).toEqual([]);
    },
  );
});

describe('a message that is no request', () => {
  test.each([
    ['not JSON', '{', -32700],
    ['a number', '42', -32600],
    ['a batch', '[]', -32600],
    ['without version', '{"id":1,"method":"lab.list"}', -32600],
    ['a notification, which would go unanswered', '{"jsonrpc":"2.0","method":"lab.list"}', -32600],
  ])('%s', async (_what, text, code) => {
    const { error } = await exchange(text);
    expect(error?.code).toBe(code);
    expect(error?.data.code).toBe('INVALID_INPUT');
  });

  test.each(['lab.destroy', 'toString', '__proto__', 'constructor', ''])('no method is named %j', async (name) => {
    const { error } = await ask(name, {});
    expect({ code: error?.code, data: error?.data.code }).toEqual({ code: -32601, data: 'UNKNOWN_METHOD' });
  });

  test('one that is too long ends its connection, and no other', async () => {
    const other = new WebSocket(`ws://127.0.0.1:${host.engine.port}/rpc`, ['relevo', `token.${host.engine.token}`]);
    await new Promise((resolve) => other.once('open', resolve));
    const closed = new Promise<number>((resolve) => other.once('close', resolve));
    other.on('error', () => undefined);
    other.send('x'.repeat(3 * 1024 * 1024));
    expect(await closed).toBe(1009);
    expect((await client.call('engine.info', {})).version).toBe('0.0.0-test');
  });
});

describe('something unknown', () => {
  const unknown: [string, MethodName, object, string][] = [
    ['testbed', 'testbeds.show', { testbed: 'nothing' }, 'UNKNOWN_TESTBED'],
    ['testbed to start', 'lab.up', { testbed: '../../etc' }, 'UNKNOWN_TESTBED'],
    ['lab', 'lab.status', { lab: '../x' }, 'UNKNOWN_LAB'],
    ['lab to subscribe to', 'subscribe.lab', { lab: 'x' }, 'UNKNOWN_LAB'],
    ['session', 'session.write', { session: 'x', data: '' }, 'UNKNOWN_SESSION'],
    ['operation', 'operation.cancel', { operation: 'x' }, 'UNKNOWN_OPERATION'],
  ];
  test.each(unknown)('%s has a code of its own', async (_what, method, params, code) => {
    const { error } = await ask(method, params);
    expect(error?.data.code).toBe(code);
    expect(error?.message).toMatch(/^[A-Z].*\.$/);
  });
});

test('an error that is a defect of ours is told as such, noted down, and ends nothing', async () => {
  const info = host.service.info.bind(host.service);
  host.service.info = () => {
    throw new TypeError('undefined is not a lab');
  };
  const { error } = await ask('engine.info', {});
  host.service.info = info;
  expect(error?.data.code).toBe('INTERNAL');
  expect(host.defects).toHaveLength(1);
  expect((await ask('engine.info', {})).result).toMatchObject({ version: '0.0.0-test' });
});
