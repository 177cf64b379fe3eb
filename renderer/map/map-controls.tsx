import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import type { FitViewOptions } from '@xyflow/react';
import { useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function MapControls({ fitOptions }: { readonly fitOptions: FitViewOptions }) {
  const { t } = useTranslation();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <>
      <Control label={t('map.zoomOut')} icon={<IconMinus size="1rem" />} act={() => zoomOut({ duration: 150 })} />
      <Control label={t('map.zoomIn')} icon={<IconPlus size="1rem" />} act={() => zoomIn({ duration: 150 })} />
      <Control
        label={t('map.fit')}
        icon={<IconMaximize size="1rem" />}
        act={() => fitView({ ...fitOptions, duration: 150 })}
      />
    </>
  );
}

function Control({ label, icon, act }: { label: string; icon: ReactNode; act: () => Promise<boolean> }) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => {
          // The promise only says when the animation ended.
          act().catch(() => undefined);
        }}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
