import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconCamera,
  IconDotsVertical,
  IconMoonStars,
  IconPlayerPlay,
  IconPower,
  IconRefresh,
  IconTransferIn,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { abilities } from '../../provisioning/contract/index.ts';
import { useLab, useServices } from '../app/services.ts';
import { SnapshotsDialog } from '../snapshots/snapshots-dialog.tsx';
import { testIds } from '../test-ids.ts';
import type { AskedAction } from './action-dialog.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { MenuEntry } from './menu-entry.tsx';
import type { LabAction } from './offers.ts';
import { refusalOf } from './offers.ts';
import { useLabFacts } from './use-lab-facts.ts';

const icons: Record<LabAction, ReactNode> = {
  halt: <IconPower size="1rem" />,
  suspend: <IconMoonStars size="1rem" />,
  start: <IconPlayerPlay size="1rem" />,
  reload: <IconRefresh size="1rem" />,
  upgrade: <IconTransferIn size="1rem" />,
};
const actions: readonly LabAction[] = ['start', 'suspend', 'halt', 'reload', 'upgrade'];

/** What can be done to the lab as a whole. What cannot be done stays in sight and says why. */
export function LabMenu({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const able = useLab(lab, (view) => abilities[view.summary.provider].includes('snapshots'));
  const [asked, setAsked] = useState<AskedAction>();
  const [snapshots, snapshotsDialog] = useDisclosure(false);
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-end" shadow="md" withinPortal>
        <Menu.Target>
          <Tooltip label={t('lifecycle.menu')} disabled={opened}>
            <ActionIcon size={36} variant="default" aria-label={t('lifecycle.menu')} data-testid={testIds.labMenu}>
              <IconDotsVertical size="1.1rem" />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('lifecycle.all')}</Menu.Label>
          <ActionEntries lab={lab} ask={setAsked} />
          <Menu.Divider />
          <MenuEntry
            icon={<IconCamera size="1rem" />}
            label={t('snapshots.open')}
            hint={t(able ? 'snapshots.openHint' : 'lifecycle.refusal.machines-only')}
            testId={testIds.snapshotsOpen}
            onClick={snapshotsDialog.open}
          />
        </Menu.Dropdown>
      </Menu>
      <ActionDialog lab={lab} asked={asked} close={() => setAsked(undefined)} />
      <SnapshotsDialog lab={lab} opened={snapshots} close={snapshotsDialog.close} />
    </>
  );
}

function ActionEntries({ lab, ask }: { readonly lab: string; readonly ask: (action: AskedAction) => void }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const facts = useLabFacts(lab);
  const choose = (action: LabAction): void => {
    // Nothing is lost by these two, so nobody is asked.
    if (action === 'start' || action === 'suspend') commands.lab(`lab.${action}`, { lab });
    else ask(action);
  };
  return actions.map((action) => {
    const refusal = refusalOf(action, facts);
    return (
      <MenuEntry
        key={action}
        icon={icons[action]}
        label={t(`lifecycle.${action}.label`)}
        hint={refusal === undefined ? t(`lifecycle.${action}.hint`) : t(`lifecycle.refusal.${refusal}`)}
        refused={refusal !== undefined}
        testId={testIds.labAction(action)}
        onClick={() => choose(action)}
      />
    );
  });
}
