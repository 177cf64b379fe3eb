import { useMemo, useSyncExternalStore } from 'react';
import type { Route } from './route.ts';
import { readRoute } from './route.ts';

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function useRoute(): Route {
  const fragment = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => readRoute(fragment), [fragment]);
}
