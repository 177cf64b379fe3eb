/** What the rest of the house may know of the director: the shapes of its admin API. */
export * from './api/snapshot.ts';
export * from './api/event.ts';
