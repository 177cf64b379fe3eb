/** The RPC contract's client for Node: the command line, benches and tests. The window has its own, over the browser's WebSocket. */
export * from './connect.ts';
export * from './engine-client.ts';
