import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TestbedSummary } from '../../provisioning/contract/index.ts';
import { useApp, useServices } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';

/** Where an imported testbed comes from, and the way to forget it. Nothing for those that came with Relevo. */
export function TestbedOrigin({ testbed }: { readonly testbed: TestbedSummary }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const { id, origin } = testbed;
  const [asking, { open, close }] = useDisclosure(false);
  const pending = useApp((state) => state.pending[pendingName('testbeds.remove', id)] === true);
  if (origin === undefined) return null;
  return (
    <Group gap="sm" justify="space-between">
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {t('import.origin', { id, directory: origin.directory })}
      </Text>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        leftSection={<IconTrash size="1rem" />}
        onClick={open}
        data-testid={testIds.importRemove(id)}
      >
        {t('import.remove')}
      </Button>
      <Modal opened={asking} onClose={close} title={t('import.removeTitle', { id })} centered>
        <Stack gap="md">
          <Text size="sm">{t('import.removeHint', { directory: origin.directory })}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('import.cancel')}
            </Button>
            <Button
              color="red"
              loading={pending}
              onClick={() => commands.removeTestbed(id, close)}
              data-testid={testIds.importRemoveConfirm}
            >
              {t('import.remove')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  );
}
