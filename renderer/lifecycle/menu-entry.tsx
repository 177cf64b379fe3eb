import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './lifecycle.module.css';

interface Props {
  readonly icon: ReactNode;
  readonly label: string;
  /** What it does, or why it cannot be done now. */
  readonly hint?: string | undefined;
  readonly refused?: boolean;
  readonly testId: string;
  readonly onClick?: () => void;
}

/** An entry of a menu that can say why it cannot be chosen: it stays within reach of the keyboard and of screen readers. */
export function MenuEntry({ icon, label, hint, refused = false, testId, onClick }: Props) {
  return (
    <Menu.Item
      leftSection={icon}
      aria-disabled={refused}
      closeMenuOnClick={!refused}
      className={classes['entry'] ?? ''}
      data-testid={testId}
      onClick={() => {
        if (!refused) onClick?.();
      }}
    >
      {label}
      {hint === undefined ? null : <span className={classes['hint']}>{hint}</span>}
    </Menu.Item>
  );
}
