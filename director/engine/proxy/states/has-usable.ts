import type { BackendRuntime } from '../runtime/backend-runtime.ts';

export function hasUsable({ servers }: BackendRuntime): boolean {
  return servers.some((server) => server.usable);
}
