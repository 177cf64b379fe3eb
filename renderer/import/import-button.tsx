import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolderOpen } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import { ImportDialog } from './import-dialog.tsx';

/** Opens a folder that was exported, and perhaps edited, as a testbed. */
export function ImportButton() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const connected = useApp(({ connection }) => connection.state === 'open');
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFolderOpen size="1rem" />}
        disabled={!connected}
        onClick={open}
        data-testid={testIds.importOpen}
      >
        {t('import.open')}
      </Button>
      <ImportDialog opened={opened} close={close} />
    </>
  );
}
