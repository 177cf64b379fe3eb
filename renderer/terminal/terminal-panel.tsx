import { Button, Center, EmptyState, Group } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useApp, useLab, useServices } from '../app/services.ts';
import { Panel } from '../lab/panel.tsx';
import { testIds } from '../test-ids.ts';
import { TerminalPane } from './terminal-pane.tsx';
import { TerminalTabs } from './terminal-tabs.tsx';
import { TerminalTools } from './terminal-tools.tsx';
import { useTerminalTheme } from './use-terminal-theme.ts';

/** The terminals of the lab's nodes, one tab each. */
export function TerminalPanel({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const connected = useApp(({ connection }) => connection.state === 'open');
  useTerminalTheme();
  useEffect(() => {
    if (connected) terminals.restore(lab);
  }, [connected, terminals, lab]);
  const allTabs = useStore(terminals.store, ({ tabs }) => tabs);
  const active = useStore(terminals.store, (state) => state.active[lab]);
  const tabs = allTabs.filter((tab) => tab.lab === lab);
  const front = tabs.find(({ id }) => id === active) ?? tabs[0];
  return (
    <Panel
      title={t('terminal.title')}
      tools={<TerminalTools lab={lab} front={front} tabs={<TerminalTabs tabs={tabs} front={front} />} />}
      testId={testIds.terminals}
    >
      {front === undefined ? <NoTerminal lab={lab} /> : <TerminalPane key={front.id} tab={front} tabs={tabs} />}
    </Panel>
  );
}

function NoTerminal({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const names = useLab(lab, (view) => view.nodeNames);
  return (
    <Center h="100%" px="md" style={{ overflow: 'auto' }}>
      <EmptyState size="xs" title={t('terminal.empty')} description={t('terminal.emptyHint')}>
        <EmptyState.Actions>
          <Group gap={6} justify="center">
            {names.map((node) => (
              <Button
                key={node}
                size="compact-xs"
                variant="default"
                aria-label={t('map.openTerminal', { node })}
                onClick={() => terminals.open(lab, node)}
              >
                {node}
              </Button>
            ))}
          </Group>
        </EmptyState.Actions>
      </EmptyState>
    </Center>
  );
}
