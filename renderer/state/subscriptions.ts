import { toRpcError } from '../rpc/failure.ts';
import { append } from './timeline.ts';
import type { Caller } from './commands.ts';
import type { AppStore } from './store.ts';

/** How much of the lab's past to show to a window that was just opened. */
const pastLines = 100;

/** Keeps the window told about the labs that it shows, also after the connection came back. */
export class Subscriptions {
  readonly #store: AppStore;
  readonly #client: Caller;
  readonly #watched = new Set<string>();
  readonly #active = new Set<string>();

  constructor(store: AppStore, client: Caller) {
    this.#store = store;
    this.#client = client;
    store.subscribe(({ labs }, before) => {
      if (labs !== before.labs) this.#follow();
    });
  }

  /** From now on the lab's view is kept current, as soon as the engine knows the lab. Returns the way to stop. */
  watch(lab: string): () => void {
    this.#watched.add(lab);
    this.#follow();
    return () => {
      this.#watched.delete(lab);
      if (this.#active.delete(lab)) this.#client.call('unsubscribe.lab', { lab }).catch(ignoreLost);
    };
  }

  /** Asks for everything again: the engine forgot us with the old connection. */
  connected(): void {
    this.#active.clear();
    const { setState } = this.#store;
    this.#client.call('engine.info', {}).then((engine) => setState({ engine }), this.#failed);
    this.#client.call('testbeds.list', {}).then((testbeds) => setState({ testbeds }), this.#failed);
    this.#client.call('lab.list', {}).then((labs) => setState({ labs }), this.#failed);
    this.#client.call('subscribe.labs', {}).catch(this.#failed);
  }

  /** A lab can only be subscribed to once it exists, so this runs whenever the list of labs changes. */
  #follow(): void {
    const known = new Set((this.#store.getState().labs ?? []).map(({ lab }) => lab));
    for (const lab of this.#active) if (!known.has(lab)) this.#active.delete(lab);
    for (const lab of this.#watched) {
      if (!known.has(lab) || this.#active.has(lab)) continue;
      this.#active.add(lab);
      this.#client.call('subscribe.lab', { lab }).then(
        () => this.#readPast(lab),
        () => this.#active.delete(lab),
      );
    }
  }

  #readPast(lab: string): void {
    this.#client.call('lab.log', { lab, lines: pastLines }).then((entries) => {
      this.#store.setState(({ views }) => {
        const view = views[lab];
        if (view === undefined || view.timeline.length > 0) return {};
        const told = entries.filter(({ level }) => level !== 'debug');
        const timeline = told.reduce(
          (timeline, { at, ...entry }) => append(timeline, at, [{ kind: 'log', ...entry }]),
          view.timeline,
        );
        return { views: { ...views, [lab]: { ...view, timeline } } };
      });
    }, ignoreLost);
  }

  readonly #failed = (thrown: unknown): void => {
    const failure = toRpcError(thrown);
    // A lost connection has its own banner.
    if (failure.code !== 'ENGINE_UNREACHABLE') this.#store.setState({ failure });
  };
}

function ignoreLost(): void {
  // The connection went away: everything is asked for again when it is back.
}
