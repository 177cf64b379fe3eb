import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useApp, useServices } from '../app/services.ts';
import { toRpcError } from '../rpc/failure.ts';
import type { StartRequest } from '../state/app-state.ts';
import type { Preflight } from './preflight.ts';

/** So that not every letter of a box's name makes the engine look at its computer, in ms. */
const patience = 400;

/**
 * Looks at the engine's computer for what `request` needs, again whenever the request changes; undefined asks nothing.
 * Returns what was found, and the way to look again.
 */
export function usePreflight(request: StartRequest | undefined): [Preflight, () => void] {
  const { client } = useServices();
  const connected = useApp(({ connection }) => connection.state === 'open');
  // Compared by what it says: the object is a new one each time.
  const wanted = request === undefined || !connected ? undefined : JSON.stringify(request);
  const [asked] = useDebouncedValue(wanted, patience);
  const [turn, setTurn] = useState(0);
  const key = asked === undefined ? undefined : `${turn} ${asked}`;
  const [answer, setAnswer] = useState<{ readonly key: string; readonly preflight: Preflight }>();
  useEffect(() => {
    if (asked === undefined || key === undefined) return undefined;
    let current = true;
    const show = (preflight: Preflight): void => {
      if (current) setAnswer({ key, preflight });
    };
    client.call('lab.preflight', JSON.parse(asked) as StartRequest).then(
      (findings) => show({ kind: 'found', findings }),
      (thrown: unknown) => show({ kind: 'failed', error: toRpcError(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [client, asked, key]);
  const again = (): void => setTurn((before) => before + 1);
  if (wanted === undefined) return [{ kind: 'none' }, again];
  const current = asked === wanted && answer !== undefined && answer.key === key;
  return [current ? answer.preflight : { kind: 'looking' }, again];
}
