/** What the rest of the house may know of the director: the shapes of its admin API, and how it is installed. */
export * from './api/snapshot.ts';
export * from './api/event.ts';
export * from './api/table.ts';
export * from './api/explain.ts';
export * from './api/fold.ts';
export * from './api/place.ts';
export * from './packaging.ts';
