import { Capacity } from '../balance/capacity.ts';
import type { Fetch } from '../balance/hash-key.ts';
import { makeBalancer } from '../balance/make-balancer.ts';
import { ServerGroup } from '../balance/server-group.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Dispatcher } from '../runtime/collaborators.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import { BackendDispatcher, type DispatchParts } from './dispatcher.ts';
import { fullConnections } from './full-connections.ts';

/** For `Makers.dispatcher`. `fetch`: the sample of `balance hash`. */
export function makeDispatcher(
  backend: BackendRuntime,
  { rules, cookies, sticking }: Pick<DispatchParts, 'rules' | 'cookies' | 'sticking'>,
  environment: ProxyEnvironment,
  fetch: Fetch,
): Dispatcher {
  const group = new ServerGroup(backend);
  const capacity = new Capacity(backend, fullConnections(backend, environment), () => environment.now());
  const balancer = makeBalancer({ backend, group, capacity, random: () => environment.random(), fetch });
  return new BackendDispatcher({ backend, rules, cookies, sticking, balancer, group, capacity });
}
