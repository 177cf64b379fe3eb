import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Snapshot } from '../../provisioning/contract/index.ts';
import { useServices } from '../app/services.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useLabBusy } from '../lifecycle/use-lab-facts.ts';
import { testIds } from '../test-ids.ts';
import { proposeSnapshotName } from './snapshot-name.ts';

interface Props {
  readonly lab: string;
  readonly snapshot: Snapshot;
  readonly names: readonly string[];
  readonly back: () => void;
  readonly close: () => void;
}

/** What is lost, and the offer to keep it. */
export function RestoreQuestion({ lab, snapshot, names, back, close }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const format = useFormat();
  const busy = useLabBusy(lab);
  const [takeFirst, setTakeFirst] = useState(true);
  const { name, takenAt } = snapshot;
  const kept = proposeSnapshotName(t('snapshots.proposedBefore'), names);
  const restore = (): void => commands.lab('snapshot.restore', { lab, name });
  const run = (): void => {
    // What happens now is seen on the map.
    close();
    if (takeFirst) commands.lab('snapshot.take', { lab, name: kept }, restore);
    else restore();
  };
  return (
    <Stack gap="md">
      <Text size="sm">
        {takenAt === undefined
          ? t('snapshots.restoreTextPlain', { lab })
          : t('snapshots.restoreText', { lab, when: format.dateTime(takenAt) })}
      </Text>
      <Switch
        label={t('snapshots.takeFirst')}
        description={t('snapshots.takeFirstHint', { name: kept })}
        checked={takeFirst}
        onChange={(event) => setTakeFirst(event.currentTarget.checked)}
        data-testid={testIds.snapshotTakeFirst}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={back} autoFocus>
          {t('lifecycle.cancel')}
        </Button>
        <Button color="red" disabled={busy} onClick={run} data-testid={testIds.snapshotConfirm}>
          {t('snapshots.restore')}
        </Button>
      </Group>
    </Stack>
  );
}
