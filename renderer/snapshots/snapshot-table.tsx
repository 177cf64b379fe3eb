import { ActionIcon, Button, Group, Table, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconRestore, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Snapshot } from '../../provisioning/contract/index.ts';
import { useNow } from '../app/use-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import classes from './snapshots.module.css';

interface Props {
  readonly snapshots: readonly Snapshot[];
  readonly busy: boolean;
  readonly ask: (kind: 'restore' | 'delete', snapshot: Snapshot) => void;
}

export function SnapshotTable({ snapshots, busy, ask }: Props) {
  const { t } = useTranslation();
  return (
    <Table layout="fixed" verticalSpacing="xs" className={classes['table'] ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('snapshots.list')}</Table.Th>
          <Table.Th w="32%">{t('snapshots.when')}</Table.Th>
          <Table.Th w="11rem" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {snapshots.map((snapshot) => (
          <Row key={snapshot.name} snapshot={snapshot} busy={busy} ask={ask} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ snapshot, busy, ask }: Omit<Props, 'snapshots'> & { readonly snapshot: Snapshot }) {
  const { t } = useTranslation();
  const { name, missing } = snapshot;
  const incomplete = missing.length > 0;
  return (
    <Table.Tr data-testid={testIds.snapshot(name)} data-incomplete={incomplete}>
      <Table.Th scope="row" className={classes['cell'] ?? ''}>
        {name}
        {incomplete ? (
          <Text size="xs" fw={400} className={classes['incomplete'] ?? ''}>
            <IconAlertTriangle size="0.9rem" aria-hidden />
            {t('snapshots.incomplete', { nodes: missing.join(', ') })}
          </Text>
        ) : null}
      </Table.Th>
      <Table.Td>
        <When takenAt={snapshot.takenAt} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconRestore size="0.95rem" />}
            disabled={busy || incomplete}
            aria-label={t('snapshots.restoreNamed', { name })}
            onClick={() => ask('restore', snapshot)}
            data-testid={testIds.snapshotRestore(name)}
          >
            {t('snapshots.restore')}
          </Button>
          <Tooltip label={t('snapshots.deleteNamed', { name })}>
            <ActionIcon
              variant="subtle"
              color="red"
              disabled={busy}
              aria-label={t('snapshots.deleteNamed', { name })}
              onClick={() => ask('delete', snapshot)}
              data-testid={testIds.snapshotDelete(name)}
            >
              <IconTrash size="1.05rem" />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function When({ takenAt }: { readonly takenAt: number | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(10_000);
  if (takenAt === undefined) {
    return (
      <Text size="sm" c="dimmed">
        {t('snapshots.unknownTime')}
      </Text>
    );
  }
  return (
    <>
      <Text size="sm">{format.ago(now - takenAt)}</Text>
      <Text size="xs" c="dimmed">
        {format.dateTime(takenAt)}
      </Text>
    </>
  );
}
