import type { NodeProps } from '@xyflow/react';
import { Handle, Position } from '@xyflow/react';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDotsVertical, IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResolvedNode } from '../../testbeds/resolved.ts';
import { useLab, useServices } from '../app/services.ts';
import { useLocalized } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import { CardAddresses } from './card-addresses.tsx';
import { CardState } from './card-state.tsx';
import type { CardFlowNode } from './elements.ts';
import classes from './map.module.css';
import { NodeMenu } from './node-menu.tsx';
import { RoleIcon } from './role-icon.tsx';

/** A node of the lab: what it is, how it is, its addresses, and what can be done with it. */
export function CardNode({ data }: NodeProps<CardFlowNode>) {
  const { lab, node } = data;
  const { t } = useTranslation();
  const [menu, setMenu] = useState(false);
  const state = useLab(lab, (view) => view.nodes[node.name]?.state ?? 'off');
  return (
    <div
      className={classes['card']}
      data-state={state}
      data-testid={testIds.labNode(node.name)}
      role="group"
      aria-label={t('node.state', { node: node.name, state: t(`node.${state}`) })}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenu(true);
      }}
    >
      <Handle id="up" type="source" position={Position.Top} className={classes['plug'] ?? ''} isConnectable={false} />
      <Handle
        id="down"
        type="source"
        position={Position.Bottom}
        className={classes['plug'] ?? ''}
        isConnectable={false}
      />
      <CardHeader lab={lab} node={node} menu={menu} onMenu={setMenu} />
      <CardState lab={lab} node={node.name} />
      <CardAddresses lab={lab} node={node.name} />
    </div>
  );
}

interface HeaderProps {
  readonly lab: string;
  readonly node: ResolvedNode;
  readonly menu: boolean;
  readonly onMenu: (open: boolean) => void;
}

function CardHeader({ lab, node, menu, onMenu }: HeaderProps) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { terminals } = useServices();
  const aliases = node.aliases.length === 0 ? '' : ` (${node.aliases.join(', ')})`;
  return (
    <div className={classes['cardHeader']}>
      <RoleIcon role={node.role} size={17} />
      <span className={classes['cardName']} title={`${localized(node.title)}${aliases}`}>
        {node.name}
      </span>
      <Tooltip label={t('map.terminal')}>
        <ActionIcon
          size={22}
          variant="subtle"
          color="gray"
          className="nodrag nopan"
          aria-label={t('map.openTerminal', { node: node.name })}
          data-testid={testIds.openTerminal(node.name)}
          onClick={() => terminals.open(lab, node.name)}
        >
          <IconTerminal2 size={16} />
        </ActionIcon>
      </Tooltip>
      <NodeMenu lab={lab} node={node} opened={menu} onChange={onMenu}>
        <ActionIcon
          size={22}
          variant="subtle"
          color="gray"
          className="nodrag nopan"
          aria-label={t('map.menu', { node: node.name })}
          data-testid={testIds.nodeMenu(node.name)}
        >
          <IconDotsVertical size={16} />
        </ActionIcon>
      </NodeMenu>
    </div>
  );
}
