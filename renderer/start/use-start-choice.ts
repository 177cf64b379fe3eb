import { useState } from 'react';
import { useApp } from '../app/services.ts';
import type { StartChoice } from './place.ts';
import { firstChoice, readChoice } from './place.ts';

const storageKey = 'relevo.start';

/** Where the reader wants labs to run: remembered, and until there is a choice what works here. */
export function useStartChoice(): [StartChoice, (change: Partial<StartChoice>) => void] {
  const providers = useApp(({ engine }) => engine?.providers);
  const [chosen, setChosen] = useState(() => readChoice(localStorage.getItem(storageKey)));
  const choice = chosen ?? firstChoice(providers ?? []);
  const change = (changes: Partial<StartChoice>): void => {
    const next = { ...choice, ...changes };
    setChosen(next);
    localStorage.setItem(storageKey, JSON.stringify(next));
  };
  return [choice, change];
}
