import { Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportResult } from '../../provisioning/contract/index.ts';
import { useApp, useServices } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import { canImport, importRequest, initialImport, isImportable } from './import-choices.ts';
import type { ImportChoices } from './import-choices.ts';
import { ImportReport } from './import-report.tsx';

interface Props {
  readonly opened: boolean;
  readonly close: () => void;
}

/** First what is in the folder, then the import; a folder that is none is told by the failure dialog, and the path stays. */
export function ImportDialog({ opened, close }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const [choices, setChoices] = useState(initialImport);
  const [result, setResult] = useState<ImportResult>();
  const pending = useApp((state) => state.pending[pendingName('testbeds.import')] === true);
  const change = (part: Partial<ImportChoices>): void => {
    setChoices({ ...choices, ...part });
    setResult(undefined);
  };
  const leave = (): void => {
    close();
    setResult(undefined);
    setChoices(initialImport);
  };
  const done = (answer: ImportResult): void => {
    if (!answer.saved) return setResult(answer);
    leave();
    notifications.show({ title: t('import.done', { id: answer.id }), message: t('import.doneHint'), autoClose: 8000 });
  };
  const ready = canImport(choices);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (ready && !pending) commands.import(importRequest(choices, result === undefined), done);
  };
  return (
    <Modal opened={opened} onClose={leave} title={t('import.title')} size="xl" centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{t('import.intro')}</Text>
          <ImportFields choices={choices} change={change} />
          {result === undefined ? null : <ImportReport result={result} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t('import.cancel')}
            </Button>
            <Button
              type="submit"
              loading={pending}
              disabled={!ready || (result !== undefined && !isImportable(result))}
              data-testid={testIds.importRun}
            >
              {result === undefined ? t('import.look') : t('import.run', { id: result.id })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface FieldsProps {
  readonly choices: ImportChoices;
  readonly change: (part: Partial<ImportChoices>) => void;
}

function ImportFields({ choices, change }: FieldsProps) {
  const { t } = useTranslation();
  const { directory, id, replace } = choices;
  const badPath = directory.trim() !== '' && !canImport({ ...choices, id: '' });
  const badId = id !== '' && !canImport({ ...choices, directory: '/' });
  return (
    <>
      <TextInput
        label={t('import.directory')}
        description={t('import.directoryHint')}
        value={directory}
        error={badPath ? t('export.directoryInvalid') : undefined}
        onChange={(event) => change({ directory: event.currentTarget.value })}
        spellCheck={false}
        data-autofocus
        data-testid={testIds.importDirectory}
      />
      <TextInput
        label={t('import.id')}
        description={t('import.idHint')}
        value={id}
        error={badId ? t('start.labNameInvalid') : undefined}
        onChange={(event) => change({ id: event.currentTarget.value })}
        spellCheck={false}
        data-testid={testIds.importId}
      />
      <Switch
        label={t('import.replace')}
        checked={replace}
        onChange={(event) => change({ replace: event.currentTarget.checked })}
      />
    </>
  );
}
