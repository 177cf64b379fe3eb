import { Button, Tooltip } from '@mantine/core';
import { IconBolt, IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab, usePending, useServices } from '../app/services.ts';
import type { NodeCommand } from '../state/commands.ts';
import { pendingName } from '../state/commands.ts';
import { masterToKill, masterToStart } from '../state/roles.ts';
import { testIds } from '../test-ids.ts';
import classes from './lab.module.css';

export function KillMasterButton({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const node = useLab(lab, masterToKill);
  return (
    <MasterButton
      lab={lab}
      command="node.kill"
      node={node}
      label={t('lab.killMaster')}
      hint={node === undefined ? t('lab.killMasterNobody') : t('lab.killMasterHint', { node })}
      color="red.8"
      icon={<IconBolt size="1.25rem" />}
      testId={testIds.killMaster}
    />
  );
}

export function StartMasterButton({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const node = useLab(lab, masterToStart);
  return (
    <MasterButton
      lab={lab}
      command="node.start"
      node={node}
      label={t('lab.startMaster')}
      hint={node === undefined ? t('lab.startMasterNothing') : t('lab.startMasterHint', { node })}
      color="green"
      icon={<IconPlayerPlay size="1.25rem" />}
      testId={testIds.startMaster}
    />
  );
}

interface Props {
  readonly lab: string;
  readonly command: NodeCommand;
  readonly node: string | undefined;
  readonly label: string;
  readonly hint: string;
  readonly color: string;
  readonly icon: ReactNode;
  readonly testId: string;
}

function MasterButton({ lab, command, node, label, hint, color, icon, testId }: Props) {
  const { commands } = useServices();
  const pending = usePending(pendingName(command, lab, node ?? ''));
  return (
    <Tooltip label={hint}>
      <Button
        size="md"
        px="sm"
        fz="sm"
        color={color}
        variant={command === 'node.kill' ? 'filled' : 'light'}
        leftSection={icon}
        loading={pending}
        aria-label={`${label}. ${hint}`}
        data-testid={testId}
        data-node={node}
        // Not `disabled`: a button that cannot be reached cannot say why it does nothing.
        aria-disabled={node === undefined}
        data-disabled={node === undefined}
        onClick={(event) => {
          // The next master is another node: a key pressed once more must not kill that one too.
          event.currentTarget.blur();
          if (node !== undefined) commands.node(command, lab, node);
        }}
      >
        <span className={classes['masterButton']}>
          {label}
          <span className={classes['target']}>{node ?? '—'}</span>
        </span>
      </Button>
    </Tooltip>
  );
}
