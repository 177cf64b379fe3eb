import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';

/** What a frontend without `maxconn` is taken to bring: HAProxy's SYSTEM_MAXCONN, where nothing else is known. */
const UNLIMITED = 2000;

/** `fullconn`, or a tenth of what all frontends may bring that name this backend; those without a limit as many as the process may have. */
export function fullConnections(
  backend: BackendRuntime,
  { frontends }: Pick<ProxyEnvironment, 'frontends'>,
  processLimit: number = UNLIMITED,
): number {
  if (backend.back.fullConnections !== undefined) return backend.back.fullConnections;
  let sum = 0;
  for (const frontend of frontends.values())
    if (mayUse(frontend, backend.settings.name)) sum += frontend.maxConnections || processLimit;
  return Math.max(1, Math.ceil(sum / 10));
}

function mayUse({ settings, front }: FrontendRuntime, name: string): boolean {
  const usual = front.defaultBackend ?? (settings.kind === 'listen' ? settings.name : undefined);
  if (usual === name) return true;
  return front.useBackend.some(({ backend }) => backend.kind === 'named' && backend.name === name);
}
