import { randomUUID } from 'node:crypto';
import { RelevoError } from '../../contract/index.ts';
import type { MethodArguments, MethodOutput } from '../../contract/index.ts';
import type { LabService } from '../../lab/lab-service.ts';
import type { RpcClient } from '../rpc/client.ts';
import { openCommand } from './command-group.ts';
import { Session } from './session.ts';

/** Terminals that ended stay readable, but not without end. */
const CLOSED_TERMINALS_KEPT = 32;

/** Every session of every lab, by id. */
export class SessionManager {
  readonly #service: Pick<LabService, 'lab'>;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();

  constructor(service: Pick<LabService, 'lab'>, now: () => number) {
    this.#service = service;
    this.#now = now;
  }

  async open(input: MethodArguments<'session.open'>, client: RpcClient): Promise<MethodOutput<'session.open'>> {
    const { lab, node, command, terminal } = input;
    const connection = await this.#service.lab(lab).connection(node);
    const { channel, end } =
      command !== undefined && terminal === undefined
        ? await openCommand(connection, command)
        : {
            channel: await connection.open({
              ...(command === undefined ? {} : { command }),
              ...(terminal === undefined ? {} : { terminal }),
            }),
            end: undefined,
          };
    const facts = {
      session: randomUUID(),
      lab,
      node,
      ...(command === undefined ? {} : { command }),
      openedAt: this.#now(),
      terminal: terminal !== undefined,
      opener: client,
    };
    const session = new Session(facts, channel, { onEnd: (ended) => this.#forget(ended), endCommand: end });
    this.#sessions.set(facts.session, session);
    // It left while the node was answering: nobody knows this session's name.
    if (!client.connected) await this.close(facts.session);
    return { session: facts.session };
  }

  list(lab: string): MethodOutput<'session.list'> {
    return [...this.#sessions.values()]
      .filter(({ facts }) => facts.lab === lab)
      .map(({ facts: { session, node, command, openedAt }, closed }) => ({
        session,
        node,
        ...(command === undefined ? {} : { command }),
        openedAt,
        closed,
      }));
  }

  find(id: string): Session {
    const session = this.#sessions.get(id);
    if (session !== undefined) return session;
    throw new RelevoError('UNKNOWN_SESSION', `There is no session "${id.slice(0, 60)}".`, {
      hint: 'It was closed, or its lab was taken down. Open a new one.',
    });
  }

  attach(id: string, client: RpcClient): MethodOutput<'session.attach'> {
    const session = this.find(id);
    const answer = session.attach(client);
    if (session.closed) this.#forget(session);
    return answer;
  }

  /** Resolves when a command was told to end. */
  async close(id: string): Promise<void> {
    const session = this.find(id);
    this.#sessions.delete(id);
    await session.close('The session was closed.');
  }

  clientLeft(client: RpcClient): void {
    for (const session of this.#sessions.values()) {
      session.detach(client);
      if (session.facts.opener === client && !session.facts.terminal) void this.close(session.facts.session);
    }
  }

  labRemoved(lab: string): void {
    for (const session of this.#sessions.values()) {
      if (session.facts.lab !== lab) continue;
      void session.close(`Lab ${lab} was taken down.`);
      this.#sessions.delete(session.facts.session);
    }
  }

  /** Resolves when every command was told to end. */
  async closeAll(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close('The lab engine ended.')));
  }

  /** A plain command's end has been told to whoever was attached; a terminal stays for its history. */
  #forget(ended: Session): void {
    const keeps = ended.facts.terminal;
    if (!keeps && ended.wasAttached) this.#sessions.delete(ended.facts.session);
    const closed = [...this.#sessions.values()].filter((session) => session.closed && session.facts.terminal);
    for (const session of closed.slice(0, -CLOSED_TERMINALS_KEPT)) this.#sessions.delete(session.facts.session);
  }
}
