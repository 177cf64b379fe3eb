import { Loader } from '@mantine/core';
import { IconAlertTriangle, IconMoonStars, IconPointFilled, IconPower, IconSnowflake } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { NodeState } from '../../provisioning/contract/index.ts';
import { useLab, usePending } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import classes from './map.module.css';

/** How the node is, in colour and in a word; for a director also its VRRP state. */
export function CardState({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const state = useLab(lab, (view) => view.nodes[node]?.state ?? 'off');
  const message = useLab(lab, (view) => view.nodes[node]?.message);
  const starting = usePending(pendingName('node.start', lab, node));
  const shown = starting ? 'starting' : state;
  return (
    <div className={classes['state']} data-state={shown} title={message}>
      <StateIcon state={shown} />
      <span>{t(`node.${shown}`)}</span>
      <VrrpState lab={lab} node={node} />
    </div>
  );
}

function StateIcon({ state }: { readonly state: NodeState }) {
  switch (state) {
    case 'starting':
      return <Loader size={11} color="yellow" aria-hidden />;
    case 'off':
      return <IconPower size={13} aria-hidden />;
    case 'frozen':
      return <IconSnowflake size={13} aria-hidden />;
    case 'suspended':
      return <IconMoonStars size={13} aria-hidden />;
    case 'failed':
      return <IconAlertTriangle size={13} aria-hidden />;
    case 'running':
      return <IconPointFilled size={14} aria-hidden />;
  }
}

function VrrpState({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const text = useLab(lab, (view) => {
    const director = view.directors[node];
    if (director === undefined) return undefined;
    if (!director.answering) return view.nodes[node]?.state === 'running' ? 'silent' : undefined;
    return [...new Set(director.instances.map(({ state }) => state))].join(' / ');
  });
  const priority = useLab(lab, (view) => view.directors[node]?.instances[0]?.priority);
  if (text === undefined) return null;
  return (
    <span className={classes['vrrp']} data-vrrp={text}>
      {text === 'silent' ? t('vrrp.silent') : `${text}${priority === undefined ? '' : ` · ${priority}`}`}
    </span>
  );
}
