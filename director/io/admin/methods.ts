import type { AdminFields, AdminMethod, AdminOutput } from '../../api/admin.ts';
import type { DirectorEvent } from '../../api/event.ts';
import { epochNow } from '../clock.ts';
import type { Director } from '../director.ts';
import { formatMetrics } from '../metrics/format.ts';
import type { EventCounts } from '../metrics/event-counts.ts';
import type { WatchRequest } from './protocol.ts';

export interface AdminHandlers {
  readonly director: Director;
  readonly counts: EventCounts;
  /** Resolves with what a person should know. */
  reload(): Promise<string[]>;
  /** Resolves when everything is taken down; the program ends soon after. */
  stop(): Promise<void>;
}

type Answers = { readonly [Method in AdminMethod]: (input: AdminFields<Method>) => Promise<AdminOutput<Method>> };

/** Answers requests, by whichever way they came. */
export class AdminMethods {
  readonly #handlers: AdminHandlers;
  readonly #answers: Answers;

  constructor(handlers: AdminHandlers) {
    this.#handlers = handlers;
    const { director, counts } = handlers;
    const { operator } = director;
    const yields = (yielding: boolean): Promise<Record<string, never>> => {
      director.yield(yielding);
      return Promise.resolve({});
    };
    const done = (work: Promise<void>): Promise<Record<string, never>> => work.then(() => ({}));
    this.#answers = {
      snapshot: () => Promise.resolve(director.snapshot()),
      table: () => Promise.resolve(director.table()),
      connections: () => director.connections(),
      execute: async ({ commands }) => [...(await director.execute(commands))],
      explain: ({ question }) => director.explain(question),
      weight: ({ service, server, weight }) => done(operator.weight(service, server, weight)),
      drain: ({ service, server }) => done(operator.drain(service, server)),
      maintenance: ({ service, server }) => done(operator.maintenance(service, server)),
      enable: ({ service, server }) => done(operator.enable(service, server)),
      handover: () => yields(true),
      takeback: () => yields(false),
      reload: async () => ({ notices: await handlers.reload() }),
      stop: () => done(handlers.stop()),
      metrics: () =>
        Promise.resolve(
          formatMetrics({ snapshot: director.snapshot(), table: director.table(), counts, drops: director.drops() }),
        ),
    };
  }

  /** `input` is of the method's schema. Rejects with DirectorError. */
  answer(method: AdminMethod, input: unknown): Promise<unknown> {
    const answer = this.#answers[method] as (value: unknown) => Promise<unknown>;
    return answer(input);
  }

  /** A snapshot, then every event that is asked for; returns the way to stop. */
  watch({ adverts, types }: WatchRequest, send: (event: DirectorEvent) => void): () => void {
    const { director } = this.#handlers;
    const isWanted = ({ type }: DirectorEvent): boolean =>
      types === undefined ? adverts || type !== 'advert' : types.includes(type);
    send({ type: 'snapshot', at: epochNow(), snapshot: director.snapshot() });
    return director.events.subscribe((event) => {
      if (isWanted(event)) send(event);
    });
  }
}
