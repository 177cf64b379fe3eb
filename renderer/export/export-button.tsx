import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFileExport } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import { ExportDialog } from './export-dialog.tsx';

/** Opens the choices for a folder that Vagrant makes the testbed's lab of. */
export function ExportButton({ testbed }: { readonly testbed: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const connected = useApp(({ connection }) => connection.state === 'open');
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconFileExport size="1rem" />}
        disabled={!connected}
        onClick={open}
        data-testid={testIds.exportOpen}
      >
        {t('export.open')}
      </Button>
      <ExportDialog testbed={testbed} opened={opened} close={close} />
    </>
  );
}
