import type { NodeProps } from '@xyflow/react';
import { IconAlertTriangle, IconMapPin } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../test-ids.ts';
import type { PlacedBadge } from './badges.ts';
import type { BadgeFlowNode } from './elements.ts';
import classes from './map.module.css';

const labels = {
  held: 'map.virtualAddress',
  nobody: 'map.virtualAddressNobody',
  split: 'map.virtualAddressSplit',
} as const;

/** A virtual address where it is now; it slides when its holder changes. */
export function BadgeNode({ data }: NodeProps<BadgeFlowNode>) {
  const { badge } = data;
  const { t } = useTranslation();
  const label = t(labels[badge.state], { address: badge.address, node: badge.holder ?? '' });
  return (
    <div
      className={classes['badge']}
      data-state={badge.state}
      data-holder={badge.holder ?? ''}
      data-testid={testIds.virtualAddress(badge.address)}
      role="img"
      aria-label={label}
      title={label}
    >
      <BadgeIcon state={badge.state} />
      {badge.address}
    </div>
  );
}

function BadgeIcon({ state }: { readonly state: PlacedBadge['state'] }) {
  return state === 'held' ? <IconMapPin size={13} /> : <IconAlertTriangle size={13} />;
}
