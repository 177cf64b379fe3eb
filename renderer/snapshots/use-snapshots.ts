import { useEffect, useState } from 'react';
import type { RpcError, Snapshot } from '../../provisioning/contract/index.ts';
import { useApp, useLab, useServices } from '../app/services.ts';
import { toRpcError } from '../rpc/failure.ts';

export type SnapshotsState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly snapshots: readonly Snapshot[] }
  | { readonly kind: 'failed'; readonly error: RpcError };

/** All snapshots of the lab, newest first. Asked for again whenever something that was done to the lab has ended. */
export function useSnapshots(lab: string): SnapshotsState {
  const { client } = useServices();
  const connected = useApp(({ connection }) => connection.state === 'open');
  const ended = useLab(lab, (view) => view.ended?.operation.id);
  const [state, setState] = useState<SnapshotsState>({ kind: 'loading' });
  useEffect(() => {
    if (!connected) return undefined;
    let current = true;
    const show = (next: SnapshotsState): void => {
      if (current) setState(next);
    };
    client.call('snapshot.list', { lab }).then(
      (snapshots) => show({ kind: 'loaded', snapshots: newestFirst(snapshots) }),
      (thrown: unknown) => show({ kind: 'failed', error: toRpcError(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [client, lab, connected, ended]);
  return state;
}

/** Those that nobody knows the age of come last. */
function newestFirst(snapshots: readonly Snapshot[]): Snapshot[] {
  return [...snapshots].sort((left, right) => (right.takenAt ?? 0) - (left.takenAt ?? 0));
}
