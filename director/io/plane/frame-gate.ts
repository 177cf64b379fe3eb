import { attachFilter } from './packet-socket.ts';
import { encodeFilter, ringFilter } from './socket-filter.ts';
import type { Instruction, RingSize } from './socket-filter.ts';

/** The filters of an interface's two rings, for as many interfaces as there are. */
export interface Filters {
  /** Makes a ring's socket take only what the filter of its size lets through. */
  attach(size: RingSize, descriptor: number): void;
  /** No more rings get them; those that have them keep them. */
  close(): void;
}

/** Decides which frames of an interface the rings get. */
export interface FrameGate {
  /** For frames that may concern the selected services. */
  filters(selected: readonly Instruction[]): Filters;
  /** An interface got rings. Returns what undoes it. */
  attach(interfaceIndex: number): () => void;
}

/** Gives the rings everything that concerns the services. */
export const plainGate: FrameGate = {
  filters: (selected) => ({
    attach: (size, descriptor) => {
      attachFilter(descriptor, encodeFilter(ringFilter(size, selected)));
    },
    close: () => undefined,
  }),
  attach: () => () => undefined,
};
