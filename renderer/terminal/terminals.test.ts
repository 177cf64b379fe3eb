import { beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../provisioning/contract/index.ts';
import type { MethodName } from '../../provisioning/contract/index.ts';
import { textToBase64 } from '../rpc/base64.ts';
import type { Caller } from '../state/commands.ts';
import type { TextStorage } from './memory.ts';
import type { ScreenListener } from './screen.ts';
import type { Screen } from './terminals.ts';
import { Terminals } from './terminals.ts';

class FakeScreen implements Screen {
  readonly size = { columns: 80, rows: 24 };
  readonly listener: ScreenListener;
  shown = '';
  disposed = false;
  constructor(listener: ScreenListener) {
    this.listener = listener;
  }
  write(data: Uint8Array | string): void {
    this.shown += typeof data === 'string' ? data : new TextDecoder().decode(data);
  }
  reset(): void {
    this.shown = '';
  }
  setFontSize(): void {
    // Not looked at.
  }
  dispose(): void {
    this.disposed = true;
  }
}

function memory(): TextStorage {
  const texts = new Map<string, string>();
  return { getItem: (key) => texts.get(key) ?? null, setItem: (key, text) => texts.set(key, text) };
}

/** Calls wait until the test answers them. */
class FakeEngine {
  readonly calls: {
    method: MethodName;
    params: Record<string, unknown>;
    resolve: (result: never) => void;
    reject: (error: Error) => void;
  }[] = [];
  readonly caller = {
    call: (method: MethodName, params: Record<string, unknown>) =>
      new Promise((resolve, reject) => {
        this.calls.push({ method, params, resolve, reject });
      }),
  } as unknown as Caller;

  async answer(method: MethodName, result: unknown): Promise<Record<string, unknown>> {
    const call = this.take(method);
    call.resolve(result as never);
    await new Promise((resolve) => setImmediate(resolve));
    return call.params;
  }

  async refuse(method: MethodName, error: RelevoError): Promise<void> {
    this.take(method).reject(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  take(method: MethodName) {
    const index = this.calls.findIndex((call) => call.method === method);
    if (index < 0)
      throw new Error(`No call of ${method} is waiting, only ${this.calls.map((call) => call.method).join()}`);
    return this.calls.splice(index, 1)[0]!;
  }
}

let engine: FakeEngine;
let storage: TextStorage;
let screens: FakeScreen[];
let terminals: Terminals<FakeScreen>;

function load(): void {
  engine = new FakeEngine();
  screens = [];
  terminals = new Terminals(engine.caller, storage, (listener) => {
    const screen = new FakeScreen(listener);
    screens.push(screen);
    return screen;
  });
}

beforeEach(() => {
  storage = memory();
  load();
});

const tab = (index = 0) => terminals.store.getState().tabs[index]!;
const output = (session: string, text: string) =>
  terminals.receive({ event: 'session-output', payload: { session, stream: 'stdout', data: textToBase64(text) } });

async function openOne(history = 'welcome'): Promise<void> {
  terminals.restore('tfg');
  terminals.open('tfg', 'web1');
  await engine.answer('session.open', { session: 's1' });
  await engine.answer('session.attach', { node: 'web1', history: textToBase64(history), closed: false });
}

describe('terminals', () => {
  it('show the history first and never twice', async () => {
    terminals.open('tfg', 'web1');
    await engine.answer('session.open', { session: 's1' });
    output('s1', 'wel');
    await engine.answer('session.attach', { node: 'web1', history: textToBase64('welcome'), closed: false });
    output('s1', '!');
    expect(screens[0]?.shown).toBe('welcome!');
    expect(tab().state).toEqual({ kind: 'open' });
  });

  it('send what is typed to their own session', async () => {
    await openOne();
    screens[0]!.listener.typed('ls\r');
    expect(engine.take('session.write').params).toEqual({ session: 's1', data: textToBase64('ls\r') });
  });

  it('come back after a reload with what they had shown', async () => {
    await openOne();
    load();
    terminals.restore('tfg');
    await engine.answer('session.list', [
      { session: 's1', node: 'web1', openedAt: 0, closed: false },
      { session: 's2', node: 'web2', openedAt: 0, closed: false },
    ]);
    await engine.answer('session.attach', { node: 'web1', history: textToBase64('all of it'), closed: false });
    expect(terminals.store.getState().tabs.map(({ node }) => node)).toEqual(['web1']);
    expect(screens[0]?.shown).toBe('all of it');
  });

  it('leave alone the sessions of others and those that are gone', async () => {
    await openOne();
    load();
    terminals.restore('tfg');
    await engine.answer('session.list', [{ session: 's1', node: 'another', openedAt: 0, closed: false }]);
    expect(terminals.store.getState().tabs).toEqual([]);
  });

  it('do not forget the tabs of a lab that was not opened since the reload', async () => {
    await openOne();
    load();
    terminals.restore('second');
    terminals.open('second', 'web9');
    await engine.answer('session.open', { session: 's9' });
    load();
    terminals.restore('tfg');
    await engine.answer('session.list', [{ session: 's1', node: 'web1', openedAt: 0, closed: false }]);
    expect(terminals.store.getState().tabs.map(({ session }) => session)).toEqual(['s1']);
  });

  it('keep their text when the node dies, say why, and reconnect in the same tab', async () => {
    await openOne();
    terminals.receive({ event: 'session-exit', payload: { session: 's1', reason: 'The node lost its power.' } });
    expect(tab().state).toEqual({ kind: 'ended', reason: 'The node lost its power.' });
    expect(screens[0]?.shown).toBe('welcome');
    screens[0]!.listener.typed('x');
    expect(engine.calls.map(({ method }) => method)).not.toContain('session.write');
    terminals.reconnect(tab().id);
    await engine.answer('session.open', { session: 's2' });
    await engine.answer('session.attach', { node: 'web1', history: textToBase64('again'), closed: false });
    expect(terminals.store.getState().tabs).toHaveLength(1);
    expect([tab().session, tab().state.kind]).toEqual(['s2', 'open']);
  });

  it('are attached again when the connection came back, without double text', async () => {
    await openOne();
    terminals.connected();
    output('s1', 'said while we attach');
    await engine.answer('session.attach', { node: 'web1', history: textToBase64('welcome, and more'), closed: false });
    expect(screens[0]?.shown).toBe('welcome, and more');
  });

  it('say when no shell could be opened', async () => {
    terminals.open('tfg', 'web1');
    await engine.refuse('session.open', new RelevoError('NODE_NOT_RUNNING', 'web1 is off.'));
    expect(tab().state).toEqual({ kind: 'failed', message: 'web1 is off.' });
  });

  it('close the session of a tab that was closed while it was opening', async () => {
    terminals.open('tfg', 'web1');
    terminals.close(tab().id);
    await engine.answer('session.open', { session: 's1' });
    expect(engine.take('session.close').params).toEqual({ session: 's1' });
    expect(screens[0]?.disposed).toBe(true);
  });

  it('bring the neighbour forward when the tab in front is closed', () => {
    for (const node of ['a', 'b', 'c']) terminals.open('tfg', node);
    terminals.activate('tfg', tab(1).id);
    terminals.close(tab(1).id);
    expect(terminals.store.getState().active['tfg']).toBe(tab(1).id);
    expect(tab(1).node).toBe('c');
  });

  it('remember the size of the letters', () => {
    terminals.setFontSize(18);
    load();
    expect(terminals.store.getState().fontSize).toBe(18);
    terminals.setFontSize(900);
    expect(terminals.store.getState().fontSize).toBe(32);
  });
});
