import type { RpcEvent } from '../../contract/index.ts';
import type { RpcClient } from './client.ts';

/** Sends an event of the lab service to the clients that asked for it. Session events go their own way: see `Session`. */
export function broadcast(event: RpcEvent, clients: Iterable<RpcClient>): void {
  for (const client of clients) if (wants(client, event)) client.send(event);
  if (event.event === 'lab-removed') for (const client of clients) client.labs.delete(event.payload.lab);
}

function wants(client: RpcClient, event: RpcEvent): boolean {
  if (event.event === 'labs') return client.wantsLabs;
  return 'lab' in event.payload && client.labs.has(event.payload.lab);
}
