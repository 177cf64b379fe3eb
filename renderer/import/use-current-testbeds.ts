import { useEffect } from 'react';
import { useServices } from '../app/services.ts';

/** Asks for the testbeds again whenever the list is shown: the command line may have imported or removed one. */
export function useCurrentTestbeds(): void {
  const { commands } = useServices();
  useEffect(() => commands.refreshTestbeds(), [commands]);
}
