import { Button, Loader } from '@mantine/core';
import { useMergedRef, useResizeObserver } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab, useServices } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import type { TabState, TerminalTab } from './tab.ts';
import { tabTitle } from './tab.ts';
import classes from './terminal.module.css';

interface Props {
  readonly tab: TerminalTab;
  readonly tabs: readonly TerminalTab[];
}

/** The terminal in front. Its xterm.js element lives on when this goes. */
export function TerminalPane({ tab, tabs }: Props) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const place = useRef<HTMLDivElement>(null);
  const [observe, size] = useResizeObserver<HTMLDivElement>();
  const ref = useMergedRef(place, observe);
  const { id } = tab;
  useEffect(() => {
    const screen = terminals.screen(id);
    if (place.current === null || screen === undefined) return undefined;
    screen.show(place.current);
    screen.focus();
    return () => screen.hide();
  }, [terminals, id]);
  useEffect(() => {
    terminals.screen(id)?.fit();
  }, [terminals, id, size.width, size.height]);
  return (
    <div className={classes['pane']}>
      <div
        ref={ref}
        className={classes['place']}
        role="group"
        aria-label={t('terminal.region', { title: tabTitle(tabs, tab) })}
        data-testid={testIds.terminal(tab.session ?? tab.id)}
        data-state={tab.state.kind}
      />
      <TerminalStatus tab={tab} />
    </div>
  );
}

/** What stands below a terminal that does not listen: it is being opened, or has ended and can be opened again. */
function TerminalStatus({ tab }: { readonly tab: TerminalTab }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const running = useLab(tab.lab, (view) => view.nodes[tab.node]?.state === 'running');
  const { state, node } = tab;
  if (state.kind === 'open') return null;
  if (state.kind === 'opening') {
    return (
      <div className={classes['status']} role="status">
        <Loader size="xs" /> <span>{t('terminal.opening', { node })}</span>
      </div>
    );
  }
  return (
    <div className={classes['status']} role="status">
      <span>
        <StatusText state={state} node={node} /> {running ? '' : t('terminal.nodeOff', { node })}
      </span>
      <Button
        size="compact-sm"
        disabled={!running}
        onClick={() => terminals.reconnect(tab.id)}
        data-testid={testIds.terminalReconnect}
      >
        {t('terminal.reconnect')}
      </Button>
    </div>
  );
}

function StatusText({ state, node }: { readonly state: TabState; readonly node: string }) {
  const { t } = useTranslation();
  if (state.kind === 'failed') return t('terminal.failed', { node, reason: state.message });
  if (state.kind !== 'ended') return '';
  if (state.reason !== undefined) return t('terminal.lost', { node, reason: state.reason });
  return state.exitCode === undefined
    ? t('terminal.ended', { node })
    : t('terminal.endedCode', { node, code: state.exitCode });
}
