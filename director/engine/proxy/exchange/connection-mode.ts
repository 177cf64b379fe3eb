import type { ConnectionMode } from '../../http/persistence.ts';
import type { ProxyCommon } from '../configuration.ts';

/** Of a frontend and its backend together: the one that keeps less has its way; who stops keeps nothing. */
export function connectionModeOf(front: ProxyCommon, back: ProxyCommon | undefined, stopping: boolean): ConnectionMode {
  const modes = [front.connectionMode, back?.connectionMode];
  if (stopping || modes.includes('close')) return 'close';
  return modes.includes('serverClose') ? 'server-close' : 'keep-alive';
}
