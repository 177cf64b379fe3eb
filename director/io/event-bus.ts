import type { DirectorEvent } from '../api/event.ts';

type Listener = (event: DirectorEvent) => void;

/** What happens in the director, told to everyone who listens. */
export class EventBus {
  readonly #listeners = new Set<Listener>();

  emit(event: DirectorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Returns the way to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
