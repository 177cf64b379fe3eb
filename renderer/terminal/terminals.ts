import type { RpcEvent } from '../../provisioning/contract/index.ts';
import { base64ToBytes, binaryToBase64, textToBase64 } from '../rpc/base64.ts';
import { toRpcError } from '../rpc/failure.ts';
import type { Caller } from '../state/commands.ts';
import type { RememberedSession, TextStorage } from './memory.ts';
import { readFontSize, readSessions, writeFontSize, writeSessions } from './memory.ts';
import type { ScreenListener, TerminalSize } from './screen.ts';
import type { TabsState, TabState, TerminalTab } from './tab.ts';
import { addTab, changeTab, clampFontSize, fontSizes, noTabs, removeTab } from './tab.ts';
import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';

/** What the terminals need of a screen; the real one is xterm.js. */
export interface Screen {
  readonly size: TerminalSize;
  write(data: Uint8Array | string): void;
  reset(): void;
  setFontSize(size: number): void;
  dispose(): void;
}

export type SessionEvent = Extract<RpcEvent, { event: `session-${string}` }>;

/** All terminals of the window: which tabs there are, which session each shows, and the bytes between the two. */
export class Terminals<S extends Screen> {
  readonly store: StoreApi<TabsState>;
  readonly #client: Caller;
  readonly #storage: TextStorage;
  readonly #makeScreen: (listener: ScreenListener, fontSize: number) => S;
  readonly #screens = new Map<string, S>();
  /** Sessions whose history was shown: only their output is news. What came before the answer is in the history. */
  readonly #attached = new Set<string>();
  readonly #restored = new Set<string>();
  #nextTab = 1;

  constructor(
    client: Caller,
    storage: TextStorage,
    makeScreen: (listener: ScreenListener, fontSize: number) => S,
    firstFontSize = fontSizes.normal,
  ) {
    this.#client = client;
    this.#storage = storage;
    this.#makeScreen = makeScreen;
    const fontSize = clampFontSize(readFontSize(storage) ?? firstFontSize);
    this.store = createStore(() => ({ ...noTabs, fontSize }));
  }

  screen(tab: string): S | undefined {
    return this.#screens.get(tab);
  }

  screens(): Iterable<S> {
    return this.#screens.values();
  }

  /** Opens a login shell on the node, in a new tab. */
  open(lab: string, node: string): void {
    const tab = this.#addTab(lab, node, undefined);
    this.#openSession(tab.id);
  }

  /** A new shell in the same tab, after the old one ended. */
  reconnect(id: string): void {
    const tab = this.#tab(id);
    if (tab === undefined || tab.state.kind === 'opening') return;
    if (tab.session !== undefined) this.#forget(tab.session);
    this.#change(id, { session: undefined, state: { kind: 'opening' } });
    this.#openSession(id);
  }

  close(id: string): void {
    const tab = this.#tab(id);
    if (tab?.session !== undefined) this.#forget(tab.session);
    this.#screens.get(id)?.dispose();
    this.#screens.delete(id);
    this.#update(removeTab(this.store.getState(), id));
  }

  activate(lab: string, id: string): void {
    this.store.setState(({ active }) => ({ active: { ...active, [lab]: id } }));
  }

  setFontSize(size: number): void {
    const fontSize = clampFontSize(size);
    this.store.setState({ fontSize });
    writeFontSize(this.#storage, fontSize);
    for (const screen of this.#screens.values()) screen.setFontSize(fontSize);
  }

  /** Brings back the tabs that this window had before a reload. Once a lab. */
  restore(lab: string): void {
    if (this.#restored.has(lab)) return;
    this.#restored.add(lab);
    const mine = readSessions(this.#storage).filter((session) => session.lab === lab);
    if (mine.length === 0) return;
    this.#client.call('session.list', { lab }).then(
      (sessions) => {
        for (const known of mine) {
          const alive = sessions.some(({ session, node }) => session === known.session && node === known.node);
          if (alive) this.#restoreTab(known);
        }
      },
      () => this.#restored.delete(lab),
    );
  }

  /** The connection came back: what was said meanwhile is in each session's history. */
  connected(): void {
    this.#attached.clear();
    for (const tab of this.store.getState().tabs) if (tab.state.kind === 'open') this.#attach(tab.id);
  }

  /** The lab is gone, and its shells with it. */
  closeLab(lab: string): void {
    for (const tab of this.store.getState().tabs) if (tab.lab === lab) this.close(tab.id);
    this.#restored.delete(lab);
  }

  receive({ event, payload }: SessionEvent): void {
    if (!this.#attached.has(payload.session)) return;
    const tab = this.store.getState().tabs.find(({ session }) => session === payload.session);
    if (tab === undefined) return;
    if (event === 'session-output') {
      this.#screens.get(tab.id)?.write(base64ToBytes(payload.data));
      return;
    }
    const { exitCode, reason } = payload;
    this.#change(tab.id, { state: endedState(exitCode, reason) });
  }

  #restoreTab({ lab, node, session }: RememberedSession): void {
    if (this.store.getState().tabs.some((tab) => tab.session === session)) return;
    this.#attach(this.#addTab(lab, node, session).id);
  }

  #addTab(lab: string, node: string, session: string | undefined): TerminalTab {
    const tab: TerminalTab = { id: `tab${this.#nextTab++}`, lab, node, session, state: { kind: 'opening' } };
    const listener: ScreenListener = {
      typed: (text) => this.#send(tab.id, textToBase64(text)),
      typedBinary: (binary) => this.#send(tab.id, binaryToBase64(binary)),
      resized: (size) => this.#resize(tab.id, size),
    };
    this.#screens.set(tab.id, this.#makeScreen(listener, this.store.getState().fontSize));
    this.#update(addTab(this.store.getState(), tab));
    return tab;
  }

  #openSession(id: string): void {
    const tab = this.#tab(id);
    const terminal = this.#screens.get(id)?.size;
    if (tab === undefined || terminal === undefined) return;
    this.#client.call('session.open', { lab: tab.lab, node: tab.node, terminal }).then(
      ({ session }) => {
        // The tab was closed while the node was still answering.
        if (this.#tab(id) === undefined) {
          this.#forget(session);
          return;
        }
        this.#change(id, { session });
        this.#attach(id);
      },
      (thrown: unknown) => this.#fail(id, thrown),
    );
  }

  #attach(id: string): void {
    const session = this.#tab(id)?.session;
    if (session === undefined) return;
    this.#client.call('session.attach', { session }).then(
      ({ history, closed }) => {
        this.#attached.add(session);
        const screen = this.#screens.get(id);
        screen?.reset();
        screen?.write(base64ToBytes(history));
        this.#change(id, { state: closed ? { kind: 'ended' } : { kind: 'open' } });
        if (screen !== undefined && !closed) this.#resize(id, screen.size);
      },
      (thrown: unknown) => this.#fail(id, thrown),
    );
  }

  #fail(id: string, thrown: unknown): void {
    const { code, message } = toRpcError(thrown);
    // The tab waits for the connection, which attaches it again.
    if (code === 'ENGINE_UNREACHABLE' && this.#tab(id)?.session !== undefined) return;
    this.#change(id, { state: code === 'UNKNOWN_SESSION' ? { kind: 'ended' } : { kind: 'failed', message } });
  }

  #send(id: string, data: string): void {
    const tab = this.#tab(id);
    if (tab?.session === undefined || tab.state.kind !== 'open') return;
    this.#client.call('session.write', { session: tab.session, data }).catch(ignore);
  }

  #resize(id: string, size: TerminalSize): void {
    const tab = this.#tab(id);
    if (tab?.session === undefined || tab.state.kind !== 'open') return;
    this.#client.call('session.resize', { session: tab.session, ...size }).catch(ignore);
  }

  #forget(session: string): void {
    this.#attached.delete(session);
    this.#client.call('session.close', { session }).catch(ignore);
  }

  #tab(id: string): TerminalTab | undefined {
    return this.store.getState().tabs.find((tab) => tab.id === id);
  }

  #change(id: string, change: Partial<TerminalTab>): void {
    this.#update(changeTab(this.store.getState(), id, change));
  }

  #update(state: TabsState): void {
    this.store.setState(state, true);
    const others = readSessions(this.#storage).filter(({ lab }) => !this.#restored.has(lab));
    writeSessions(this.#storage, state.tabs, others);
  }
}

function endedState(exitCode: number | undefined, reason: string | undefined): TabState {
  return {
    kind: 'ended',
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function ignore(): void {
  // The session or the connection has just ended; `session-exit` or the banner says so.
}
