import { CloseButton } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useServices } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import type { TerminalTab } from './tab.ts';
import { tabTitle } from './tab.ts';
import classes from './terminal.module.css';

interface Props {
  readonly tabs: readonly TerminalTab[];
  readonly front: TerminalTab | undefined;
}

/** One tab a terminal; they scroll when there are many, and arrow keys go from one to the next. */
export function TerminalTabs({ tabs, front }: Props) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || front === undefined) return;
    const next = tabs[(tabs.indexOf(front) + step + tabs.length) % tabs.length];
    if (next !== undefined) terminals.activate(next.lab, next.id);
  };
  return (
    <div className={classes['tabs']} role="tablist" aria-label={t('terminal.title')} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <Tab key={tab.id} tab={tab} title={tabTitle(tabs, tab)} front={tab === front} />
      ))}
    </div>
  );
}

function Tab({ tab, title, front }: { readonly tab: TerminalTab; readonly title: string; readonly front: boolean }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (front) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [front]);
  return (
    <div className={classes['tab']} data-front={front} data-state={tab.state.kind}>
      <button
        ref={button}
        type="button"
        role="tab"
        aria-selected={front}
        tabIndex={front ? 0 : -1}
        title={title}
        data-testid={testIds.terminalTab(tab.node)}
        onClick={() => {
          terminals.activate(tab.lab, tab.id);
          terminals.screen(tab.id)?.focus();
        }}
      >
        {title}
      </button>
      <CloseButton
        size="xs"
        tabIndex={front ? 0 : -1}
        aria-label={t('terminal.close', { title })}
        onClick={() => terminals.close(tab.id)}
      />
    </div>
  );
}
