/** How a client finds the lab engine, or starts one. */
export * from './address.ts';
export * from './engine-file.ts';
export * from './paths.ts';
export * from './process-identity.ts';
