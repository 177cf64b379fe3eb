import { type ListeningPlace, openListeningSocket } from './listening-socket.ts';
import * as system from './system.ts';

/** The sockets that this process listens on, by place: a new configuration gets those that are there, with all who wait in them. */
export class ListeningSockets {
  readonly #open = new Map<string, number>();

  /** Throws DirectorError when it cannot be had. */
  take(place: ListeningPlace): number {
    const fd = this.#open.get(place.name) ?? openListeningSocket(place);
    this.#open.set(place.name, fd);
    return fd;
  }

  has(place: ListeningPlace): boolean {
    return this.#open.has(place.name);
  }

  /** Closes all but these places' sockets. Answers their descriptors. */
  keepOnly(names: ReadonlySet<string>): number[] {
    const gone = [...this.#open].filter(([name]) => !names.has(name));
    for (const [name, fd] of gone) {
      this.#open.delete(name);
      system.close(fd);
    }
    return gone.map(([, fd]) => fd);
  }
}
