import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Snapshot } from '../../provisioning/contract/index.ts';
import { useServices } from '../app/services.ts';
import { useLabBusy } from '../lifecycle/use-lab-facts.ts';
import { testIds } from '../test-ids.ts';

interface Props {
  readonly lab: string;
  readonly snapshot: Snapshot;
  readonly back: () => void;
}

export function DeleteQuestion({ lab, snapshot, back }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const busy = useLabBusy(lab);
  const run = (): void => {
    back();
    commands.lab('snapshot.delete', { lab, name: snapshot.name });
  };
  return (
    <Stack gap="md">
      <Text size="sm">{t('snapshots.deleteText')}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={back} autoFocus>
          {t('lifecycle.cancel')}
        </Button>
        <Button color="red" disabled={busy} onClick={run} data-testid={testIds.snapshotConfirm}>
          {t('snapshots.delete')}
        </Button>
      </Group>
    </Stack>
  );
}
