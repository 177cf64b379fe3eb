import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportSummary } from '../../provisioning/contract/index.ts';
import { useApp, useServices } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import { ExportFields } from './export-fields.tsx';
import { exportProblems, initialChoices, requestOf } from './export-choices.ts';

interface Props {
  readonly testbed: string;
  readonly opened: boolean;
  readonly close: () => void;
}

/** What the folder will hold; what went wrong is told by the failure dialog, and the choices stay. */
export function ExportDialog({ testbed, opened, close }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const [choices, setChoices] = useState(() => initialChoices(testbed));
  const pending = useApp((state) => state.pending[pendingName('testbeds.export', testbed)] === true);
  const problems = exportProblems(choices);
  const done = (summary: ExportSummary): void => {
    close();
    const { directory, machines } = summary;
    notifications.show({
      title: t('export.done', { count: machines.length }),
      message: t('export.doneHint', { directory }),
      autoClose: false,
    });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('export.title')} size="lg" centered>
      <Stack gap="md">
        <Text size="sm">{t('export.intro')}</Text>
        <ExportFields
          choices={choices}
          problems={problems}
          onChange={(change) => setChoices({ ...choices, ...change })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('export.cancel')}
          </Button>
          <Button
            loading={pending}
            disabled={Object.keys(problems).length > 0}
            onClick={() => commands.export(requestOf(testbed, choices), done)}
            data-testid={testIds.exportRun}
          >
            {t('export.run')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
