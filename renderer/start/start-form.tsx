import { Button, Collapse, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustments, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LabOptions } from '../../provisioning/contract/index.ts';
import { goTo } from '../app/route.ts';
import { useApp, useServices } from '../app/services.ts';
import { ExportButton } from '../export/export-button.tsx';
import { testIds } from '../test-ids.ts';
import { checkLabName, suggestLabName } from './lab-name.ts';
import { PlaceChooser } from './place-chooser.tsx';
import type { StartChoice } from './place.ts';
import { boxProblem, isMachines, providerAt, startRequest } from './place.ts';
import { PreflightPanel } from './preflight-panel.tsx';
import type { Renumbering } from './preflight.ts';
import { blocksStart, takeUp } from './preflight.ts';
import { Renumbered } from './renumbered.tsx';
import { StartOptions } from './start-options.tsx';
import { usePreflight } from './use-preflight.ts';
import { useStartChoice } from './use-start-choice.ts';

/** Where a testbed's lab runs, what it is told, and what stands in its way. */
export function StartForm({ testbed }: { readonly testbed: string }) {
  const { commands } = useServices();
  const [open, { toggle }] = useDisclosure(false);
  const [chosenName, setName] = useState<string>();
  const [advertInterval, setAdvertInterval] = useState<number>();
  const [renumber, setRenumber] = useState<Renumbering>({});
  const [choice, change] = useStartChoice();
  const taken = useApp(({ labs }) => labs)?.map(({ lab }) => lab);
  const provider = useApp(({ engine }) => engine && providerAt(choice.place, engine.providers));
  const lab = chosenName ?? suggestLabName(testbed, taken ?? []);
  const problem = checkLabName(lab, taken ?? []);
  const sound = provider?.available === true && problem === undefined && boxProblem(choice) === undefined;
  const request = startRequest(testbed, lab, choice, labOptions(choice, advertInterval, renumber));
  const [preflight, again] = usePreflight(sound && isMachines(choice) ? request : undefined);
  return (
    <Stack gap="sm">
      <PlaceChooser place={choice.place} provider={provider} onChange={(place) => change({ place })} />
      <Collapse expanded={open}>
        <StartOptions
          name={lab}
          problem={problem}
          onName={setName}
          advertInterval={advertInterval}
          onAdvertInterval={setAdvertInterval}
          choice={choice}
          onChoice={change}
        />
      </Collapse>
      {isMachines(choice) ? <Renumbered renumber={renumber} onUndo={() => setRenumber({})} /> : null}
      <PreflightPanel preflight={preflight} onAgain={again} onOffer={(offer) => setRenumber(takeUp(renumber, offer))} />
      <StartActions
        testbed={testbed}
        blocked={!sound || taken === undefined || blocksStart(preflight)}
        open={open}
        onToggle={toggle}
        onStart={() => {
          commands.start(request);
          goTo({ screen: 'lab', lab, section: 'overview' });
        }}
      />
    </Stack>
  );
}

/** Without what nobody has asked for. Networks clash with the computer's own where there are machines only. */
function labOptions(choice: StartChoice, advertInterval: number | undefined, renumber: Renumbering): LabOptions {
  const renumbered = isMachines(choice) && Object.keys(renumber).length > 0;
  return { ...(advertInterval === undefined ? {} : { advertInterval }), ...(renumbered ? { renumber } : {}) };
}

interface ActionsProps {
  readonly testbed: string;
  readonly blocked: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly onStart: () => void;
}

function StartActions({ testbed, blocked, open, onToggle, onStart }: ActionsProps) {
  const { t } = useTranslation();
  const connected = useApp(({ connection }) => connection.state === 'open');
  return (
    <Group gap="sm">
      <Button
        leftSection={<IconPlayerPlay size="1rem" />}
        disabled={blocked || !connected}
        onClick={onStart}
        data-testid={testIds.startLab}
        data-testbed={testbed}
      >
        {t('start.start')}
      </Button>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconAdjustments size="1rem" />}
        aria-expanded={open}
        onClick={onToggle}
        data-testid={testIds.startOptions}
      >
        {t('start.options')}
      </Button>
      <ExportButton testbed={testbed} />
    </Group>
  );
}
