import { Center, EmptyState, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconCamera, IconCameraOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Snapshot } from '../../provisioning/contract/index.ts';
import { abilities } from '../../provisioning/contract/index.ts';
import { useLab } from '../app/services.ts';
import { ErrorPanel } from '../errors/error-panel.tsx';
import { useLabBusy } from '../lifecycle/use-lab-facts.ts';
import { OperationStrip } from '../operations/operation-strip.tsx';
import { DeleteQuestion } from './delete-question.tsx';
import { RestoreQuestion } from './restore-question.tsx';
import { SnapshotTable } from './snapshot-table.tsx';
import classes from './snapshots.module.css';
import { TakeForm } from './take-form.tsx';
import { useSnapshots } from './use-snapshots.ts';

interface Props {
  readonly lab: string;
  readonly opened: boolean;
  readonly close: () => void;
}

/** What the dialog is about now: the list, or a question about one of them. */
type Page = { readonly kind: 'list' } | { readonly kind: 'restore' | 'delete'; readonly snapshot: Snapshot };

export function SnapshotsDialog({ lab, opened, close }: Props) {
  const { t } = useTranslation();
  const able = useLab(lab, (view) => abilities[view.summary.provider].includes('snapshots'));
  const [page, setPage] = useState<Page>({ kind: 'list' });
  const title =
    page.kind === 'list'
      ? t('snapshots.title', { lab })
      : t(`snapshots.${page.kind}Title`, { name: page.snapshot.name });
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={() => setPage({ kind: 'list' })}
      title={title}
      size="xl"
      centered
      classNames={{ title: classes['title'] ?? '' }}
    >
      {able ? <Pages lab={lab} page={page} setPage={setPage} close={close} /> : <Unsupported />}
    </Modal>
  );
}

function Unsupported() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<IconCameraOff size="2.5rem" />}
      title={t('snapshots.unsupported')}
      description={t('snapshots.unsupportedHint')}
    />
  );
}

interface PagesProps {
  readonly lab: string;
  readonly page: Page;
  readonly setPage: (page: Page) => void;
  readonly close: () => void;
}

function Pages({ lab, page, setPage, close }: PagesProps) {
  const state = useSnapshots(lab);
  const names = state.kind === 'loaded' ? state.snapshots.map(({ name }) => name) : [];
  const back = (): void => setPage({ kind: 'list' });
  switch (page.kind) {
    case 'restore':
      return <RestoreQuestion lab={lab} snapshot={page.snapshot} names={names} back={back} close={close} />;
    case 'delete':
      return <DeleteQuestion lab={lab} snapshot={page.snapshot} back={back} />;
    case 'list':
      return <List lab={lab} state={state} ask={(kind, snapshot) => setPage({ kind, snapshot })} />;
  }
}

interface ListProps {
  readonly lab: string;
  readonly state: ReturnType<typeof useSnapshots>;
  readonly ask: (kind: 'restore' | 'delete', snapshot: Snapshot) => void;
}

function List({ lab, state, ask }: ListProps) {
  const { t } = useTranslation();
  const busy = useLabBusy(lab);
  if (state.kind === 'failed') return <ErrorPanel error={state.error} />;
  if (state.kind === 'loading') {
    return (
      <Center p="xl">
        <Loader aria-label={t('snapshots.loading')} />
      </Center>
    );
  }
  const { snapshots } = state;
  return (
    <Stack gap="md">
      <Text size="sm">{t('snapshots.intro')}</Text>
      <TakeForm key={snapshots.length} lab={lab} names={snapshots.map(({ name }) => name)} busy={busy} />
      <div className={classes['progress']}>
        <OperationStrip lab={lab} />
      </div>
      {snapshots.length === 0 ? (
        <EmptyState
          icon={<IconCamera size="2.5rem" />}
          title={t('snapshots.empty')}
          description={t('snapshots.emptyHint')}
        />
      ) : (
        <SnapshotTable snapshots={snapshots} busy={busy} ask={ask} />
      )}
    </Stack>
  );
}
