import { Button, Group, Text } from '@mantine/core';
import { IconArrowBackUp, IconArrowsExchange } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Renumbering } from './preflight.ts';

interface Props {
  readonly renumber: Renumbering;
  readonly onUndo: () => void;
}

/** Which networks will have other addresses than the testbed says, as the reader has agreed. */
export function Renumbered({ renumber, onUndo }: Props) {
  const { t } = useTranslation();
  const networks = Object.entries(renumber);
  if (networks.length === 0) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <IconArrowsExchange size="1.1rem" aria-hidden />
      <Text size="sm">
        {networks.map(([network, cidr]) => t('start.preflight.renumbered', { network, cidr })).join(' ')}
      </Text>
      <Button
        ml="auto"
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconArrowBackUp size="0.9rem" />}
        onClick={onUndo}
      >
        {t('start.preflight.undo')}
      </Button>
    </Group>
  );
}
