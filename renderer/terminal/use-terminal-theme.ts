import { useComputedColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../app/services.ts';
import { darkTerminal, lightTerminal } from './theme.ts';

/** Gives every terminal the colours of the window, also those opened later. */
export function useTerminalTheme(): void {
  const { terminals } = useServices();
  const scheme = useComputedColorScheme('light');
  const count = useStore(terminals.store, ({ tabs }) => tabs.length);
  useEffect(() => {
    for (const screen of terminals.screens()) screen.setTheme(scheme === 'dark' ? darkTerminal : lightTerminal);
  }, [terminals, scheme, count]);
}
