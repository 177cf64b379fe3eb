import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconStopwatch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLab, usePending } from '../app/services.ts';
import { pendingName } from '../state/commands.ts';
import { testIds } from '../test-ids.ts';
import { DrillDialog } from './drill-dialog.tsx';

/** Opens the dialog of the testbed's drill. */
export function DrillButton({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const drill = useLab(lab, (view) => view.testbed.drills[0]);
  const live = useLab(lab, (view) => view.drill?.running === true);
  const pending = usePending(pendingName('drill.run', lab));
  const running = live || pending;
  if (drill === undefined) return null;
  return (
    <>
      <Button
        size="md"
        px="sm"
        fz="sm"
        leftSection={<IconStopwatch size="1.25rem" />}
        loading={running}
        title={running ? t('drill.busy') : undefined}
        onClick={open}
        data-testid={testIds.drillOpen}
      >
        {t('drill.run')}
      </Button>
      <DrillDialog lab={lab} drill={drill} opened={opened} close={close} />
    </>
  );
}
