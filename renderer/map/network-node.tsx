import type { NodeProps } from '@xyflow/react';
import { Handle, Position } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { useLocalized } from '../i18n/use-format.ts';
import type { NetworkFlowNode } from './elements.ts';
import classes from './map.module.css';

/** A network: a bar with a plug for each cable. */
export function NetworkNode({ data }: NodeProps<NetworkFlowNode>) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { network, cables, left } = data;
  const title = localized(network.title);
  return (
    <div
      className={classes['network']}
      data-kind={network.kind}
      role="img"
      aria-label={t('map.network', { title, cidr: network.cidr, mtu: network.mtu })}
    >
      <strong>{title}</strong>
      <span>{network.cidr}</span>
      <span>MTU {network.mtu}</span>
      {cables.map(({ node, x, up }) => (
        <Handle
          key={node}
          id={node}
          type="target"
          position={up ? Position.Bottom : Position.Top}
          className={classes['plug'] ?? ''}
          style={{ left: x - left }}
          isConnectable={false}
        />
      ))}
    </div>
  );
}
