import { RelevoError } from '../../provisioning/contract/index.ts';
import type { RpcError } from '../../provisioning/contract/index.ts';

/** Whatever was thrown, as the one shape that the interface explains. */
export function toRpcError(thrown: unknown): RpcError {
  if (thrown instanceof RelevoError) return thrown.toJSON();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'INTERNAL', message, detail: {} };
}
