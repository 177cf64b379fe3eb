import { Button, Group, Modal, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSquare } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../app/route.ts';
import { useLab, usePending, useServices } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';

export function StopLabButton({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure(false);
  const pending = usePending(pendingName('lab.down', lab));
  const stopping = useLab(lab, (view) => view.summary.phase === 'stopping');
  const busy = pending || stopping;
  return (
    <>
      <Tooltip label={busy ? t('lab.stopping', { lab }) : t('lab.stopTitle', { lab })}>
        <Button
          size="md"
          px="sm"
          fz="sm"
          variant="default"
          leftSection={<IconSquare size="1rem" />}
          loading={busy}
          onClick={open}
          data-testid={testIds.stopLab}
        >
          {t('lab.stop')}
        </Button>
      </Tooltip>
      <StopDialog lab={lab} opened={asking} close={close} />
    </>
  );
}

function StopDialog({ lab, opened, close }: { lab: string; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const { commands, terminals } = useServices();
  const stop = (): void => {
    close();
    commands.stop(lab, () => {
      terminals.closeLab(lab);
      goTo({ screen: 'start' });
    });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('lab.stopTitle', { lab })} centered>
      <Text size="sm">{t('lab.stopText')}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          {t('lab.keep')}
        </Button>
        <Button color="red" onClick={stop} data-testid={testIds.stopLabConfirm}>
          {t('lab.stopConfirm')}
        </Button>
      </Group>
    </Modal>
  );
}
