import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelevoError } from '../../provisioning/contract/index.ts';
import type { RpcEvent } from '../../provisioning/contract/index.ts';
import type { ConnectionState, Socket } from './client.ts';
import { RpcClient } from './client.ts';

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: { id: number; method: string; params: unknown }[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number; method: string; params: unknown });
  }
  close(): void {
    this.onclose?.();
  }
  answer(message: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }
}

function setUp(reachable = false) {
  const sockets: FakeSocket[] = [];
  const states: ConnectionState[] = [];
  const events: RpcEvent[] = [];
  const malformed: string[] = [];
  const client = new RpcClient({
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    reachable: () => Promise.resolve(reachable),
    onState: (state) => states.push(state),
    onEvent: (event) => events.push(event),
    onMalformed: (reason) => malformed.push(reason),
  });
  client.start();
  return { client, sockets, states, events, malformed };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the RPC client', () => {
  it('resolves a call with the answer that carries its id', async () => {
    const { client, sockets } = setUp();
    sockets[0]!.onopen?.();
    const first = client.call('lab.down', { lab: 'a' });
    const second = client.call('session.open', { lab: 'a', node: 'web1' });
    sockets[0]!.answer({ id: 2, result: { session: 's7' } });
    sockets[0]!.answer({ id: 1, result: {} });
    expect(await second).toEqual({ session: 's7' });
    expect(await first).toEqual({});
    expect(sockets[0]!.sent[0]).toMatchObject({ id: 1, method: 'lab.down', params: { lab: 'a' } });
  });

  it('rejects a call with the code and detail that the engine gave', async () => {
    const { client, sockets } = setUp();
    sockets[0]!.onopen?.();
    const call = client.call('lab.down', { lab: 'x' });
    const data = { code: 'UNKNOWN_LAB', message: 'There is no lab "x".', detail: { lab: 'x' } };
    sockets[0]!.answer({ id: 1, error: { code: -32000, message: data.message, data } });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RelevoError);
    expect((error as RelevoError).toJSON()).toEqual(data);
  });

  it('rejects an answer that breaks the contract instead of passing it on', async () => {
    const { client, sockets } = setUp();
    sockets[0]!.onopen?.();
    const call = client.call('session.open', { lab: 'a', node: 'web1' });
    sockets[0]!.answer({ id: 1, result: { session: 7 } });
    await expect(call).rejects.toThrow();
  });

  it('passes on events and drops those that break the contract', () => {
    const { sockets, events, malformed } = setUp();
    sockets[0]!.onopen?.();
    sockets[0]!.answer({ method: 'event', params: { event: 'lab-removed', payload: { lab: 'a' } } });
    sockets[0]!.answer({ method: 'event', params: { event: 'lab-removed', payload: {} } });
    sockets[0]!.answer({ method: 'event', params: { event: 'no-such-event', payload: {} } });
    expect(events).toEqual([{ event: 'lab-removed', payload: { lab: 'a' } }]);
    expect(malformed).toHaveLength(2);
  });

  it('fails open calls when the connection is lost, and reconnects with growing delays', async () => {
    const { client, sockets, states } = setUp();
    sockets[0]!.onopen?.();
    const call = client.call('lab.down', { lab: 'a' });
    sockets[0]!.close();
    await expect(call).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    await vi.advanceTimersByTimeAsync(249);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(2);
    sockets[1]!.close();
    await vi.advanceTimersByTimeAsync(499);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    sockets[2]!.onopen?.();
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'open', 'lost', 'lost', 'open']);
  });

  it('says that it was refused when the page is still served but the socket is not', async () => {
    const { sockets, states } = setUp(true);
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toEqual({ state: 'lost', refused: true, attempt: 0 });
  });

  it('fails calls at once while there is no connection', async () => {
    const { client } = setUp();
    await expect(client.call('lab.list', {})).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  });
});
