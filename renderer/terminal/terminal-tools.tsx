import { ActionIcon, Menu, ScrollArea, Tooltip } from '@mantine/core';
import { IconClipboardText, IconCopy, IconMinus, IconPlus, IconTextSize } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab, useServices } from '../app/services.ts';
import type { TerminalTab } from './tab.ts';
import classes from './terminal.module.css';

interface Props {
  readonly lab: string;
  readonly front: TerminalTab | undefined;
  readonly tabs: ReactNode;
}

export function TerminalTools({ lab, front, tabs }: Props) {
  return (
    <>
      {tabs}
      <NewTerminal lab={lab} />
      <span className={classes['space']} />
      {front === undefined ? null : <TextTools tab={front} />}
    </>
  );
}

function NewTerminal({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const names = useLab(lab, (view) => view.nodeNames);
  return (
    <Menu position="top-start">
      <Menu.Target>
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t('terminal.new')} title={t('terminal.new')}>
          <IconPlus size="1rem" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah="20rem">
          {names.map((node) => (
            <Menu.Item key={node} onClick={() => terminals.open(lab, node)}>
              {node}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

function TextTools({ tab }: { readonly tab: TerminalTab }) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  const grow = (by: number): void => terminals.setFontSize(terminals.store.getState().fontSize + by);
  const copy = (): void => {
    // Refused only when the page lost the focus meanwhile; then there is nothing to copy into.
    navigator.clipboard.writeText(terminals.screen(tab.id)?.selection ?? '').catch(() => undefined);
  };
  const paste = (): void => {
    navigator.clipboard.readText().then(
      (text) => terminals.screen(tab.id)?.paste(text),
      () => undefined,
    );
  };
  return (
    <>
      <Tool label={t('terminal.copy')} icon={<IconCopy size="1rem" />} act={copy} />
      <Tool label={t('terminal.paste')} icon={<IconClipboardText size="1rem" />} act={paste} />
      <Tool label={t('terminal.smaller')} icon={<IconMinus size="0.8rem" />} act={() => grow(-1)} />
      <IconTextSize size="1rem" color="var(--mantine-color-dimmed)" aria-hidden style={{ flex: 'none' }} />
      <Tool label={t('terminal.larger')} icon={<IconPlus size="0.8rem" />} act={() => grow(1)} />
    </>
  );
}

function Tool({ label, icon, act }: { label: string; icon: ReactNode; act: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="sm" variant="subtle" color="gray" aria-label={label} onClick={act}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
