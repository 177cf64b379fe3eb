import type { EventPayload, MethodOutput, RpcEvent } from '../../provisioning/contract/index.ts';
import { RelevoError } from '../../provisioning/contract/index.ts';
import type { FakeLab } from './fake-lab.ts';
import { FakeShell } from './fake-shell.ts';

interface FakeSession {
  readonly session: string;
  readonly lab: string;
  readonly node: string;
  readonly openedAt: number;
  readonly shell: FakeShell;
  readonly listeners: Set<(event: RpcEvent) => void>;
  history: string;
  closed: boolean;
}

/** Terminals of the pretended nodes. They outlive the connection that opened them, as the real ones do. */
export class FakeSessions {
  readonly #sessions = new Map<string, FakeSession>();
  #next = 1;

  open(lab: FakeLab, node: string, listener: (event: RpcEvent) => void): string {
    if (lab.node(node).state !== 'running') {
      throw new RelevoError('NODE_NOT_RUNNING', `Node "${node}" does not run.`, { lab: lab.name, node });
    }
    const session = `s${this.#next++}`;
    const print = (text: string): void => this.#print(session, text);
    const context = { node, addresses: () => addressLines(lab, node) };
    const listeners = new Set([listener]);
    const shellBox: { shell?: FakeShell } = {};
    const early: string[] = [];
    shellBox.shell = new FakeShell(
      context,
      (text) => (this.#sessions.has(session) ? print(text) : early.push(text)),
      (exitCode) => this.#end(session, { exitCode }),
    );
    const record: FakeSession = {
      session,
      lab: lab.name,
      node,
      openedAt: Date.now(),
      shell: shellBox.shell,
      listeners,
      history: '',
      closed: false,
    };
    this.#sessions.set(session, record);
    for (const text of early) print(text);
    return session;
  }

  list(lab: string): MethodOutput<'session.list'> {
    return [...this.#sessions.values()]
      .filter((session) => session.lab === lab)
      .map(({ session, node, openedAt, closed }) => ({ session, node, openedAt, closed }));
  }

  attach(session: string, listener: (event: RpcEvent) => void): MethodOutput<'session.attach'> {
    const { node, history, closed, listeners } = this.#get(session);
    listeners.add(listener);
    return { node, history: Buffer.from(history).toString('base64'), closed };
  }

  write(session: string, data: string): void {
    const { shell, closed } = this.#get(session);
    if (!closed) shell.write(Buffer.from(data, 'base64').toString('utf8'));
  }

  close(session: string): void {
    this.#get(session);
    this.#sessions.delete(session);
  }

  /** The node died: its shells die without a word. */
  nodeLost(lab: string, node: string): void {
    for (const one of this.#sessions.values()) {
      if (one.lab === lab && one.node === node && !one.closed)
        this.#end(one.session, { reason: 'The node lost its power.' });
    }
  }

  forgetListener(listener: (event: RpcEvent) => void): void {
    for (const { listeners } of this.#sessions.values()) listeners.delete(listener);
  }

  forgetLab(lab: string): void {
    for (const one of this.#sessions.values()) if (one.lab === lab) this.#sessions.delete(one.session);
  }

  #print(session: string, text: string): void {
    const record = this.#get(session);
    record.history += text;
    const data = Buffer.from(text).toString('base64');
    const payload = { session, stream: 'stdout', data } as const;
    for (const listener of record.listeners) listener({ event: 'session-output', payload });
  }

  #end(session: string, how: Omit<EventPayload<'session-exit'>, 'session'>): void {
    const record = this.#get(session);
    record.closed = true;
    for (const listener of record.listeners) listener({ event: 'session-exit', payload: { session, ...how } });
  }

  #get(session: string): FakeSession {
    const found = this.#sessions.get(session);
    if (found === undefined) throw new RelevoError('UNKNOWN_SESSION', `There is no session "${session}".`);
    return found;
  }
}

function addressLines(lab: FakeLab, node: string): string[] {
  return lab
    .node(node)
    .interfaces.flatMap(({ name, mac, mtu, addresses }, index) => [
      `${index + 2}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${mtu} state UP`,
      `    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`,
      ...addresses.map((address) => `    inet ${address}/24 scope global ${name}`),
    ]);
}
