import { Button, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Upgrade } from '../../provisioning/contract/index.ts';
import { useServices } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import type { LabAction } from './offers.ts';

/** Actions that are asked about before they are done. */
export type AskedAction = Extract<LabAction, 'halt' | 'reload' | 'upgrade'>;

interface Props {
  readonly lab: string;
  readonly asked: AskedAction | undefined;
  readonly close: () => void;
}

/** What will happen, and what is lost by it. */
export function ActionDialog({ lab, asked, close }: Props) {
  const { t } = useTranslation();
  // The text stays while the dialog fades out.
  const [shown, setShown] = useState<AskedAction>('halt');
  if (asked !== undefined && asked !== shown) setShown(asked);
  return (
    <Modal opened={asked !== undefined} onClose={close} title={t(`lifecycle.${shown}.title`, { lab })} centered>
      <Question lab={lab} action={shown} close={close} />
    </Modal>
  );
}

function Question({ lab, action, close }: { lab: string; action: AskedAction; close: () => void }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const told = useUpgradeNotice();
  const [provision, setProvision] = useState(false);
  const run = (): void => {
    close();
    if (action === 'halt') commands.lab('lab.halt', { lab });
    else if (action === 'reload') commands.lab('lab.reload', { lab, provision });
    else commands.lab('lab.upgrade', { lab }, told);
  };
  return (
    <Stack gap="md">
      <Text size="sm">{t(`lifecycle.${action}.text`)}</Text>
      {action === 'reload' ? (
        <Switch
          label={t('lifecycle.reload.provision')}
          description={t('lifecycle.reload.provisionHint')}
          checked={provision}
          onChange={(event) => setProvision(event.currentTarget.checked)}
          data-testid={testIds.reloadProvision}
        />
      ) : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {t('lifecycle.cancel')}
        </Button>
        <Button color={action === 'upgrade' ? 'indigo' : 'red'} onClick={run} data-testid={testIds.labActionConfirm}>
          {t(`lifecycle.${action}.confirm`)}
        </Button>
      </Group>
    </Stack>
  );
}

/** Which directors have another program now, and from which version. */
function useUpgradeNotice(): (upgrades: readonly Upgrade[]) => void {
  const { t } = useTranslation();
  return (upgrades) => {
    const lines = upgrades.map(({ node, from, to, changed }) =>
      t(changed ? 'lifecycle.upgrade.changed' : 'lifecycle.upgrade.unchanged', { node, from, to }),
    );
    notifications.show({ title: t('lifecycle.upgrade.done'), message: lines.join(' · '), autoClose: 10_000 });
  };
}
