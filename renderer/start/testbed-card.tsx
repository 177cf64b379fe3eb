import { Button, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustments, IconBook2, IconNetwork, IconPlayerPlay, IconServer2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TestbedSummary } from '../../provisioning/contract/index.ts';
import { goTo } from '../app/route.ts';
import { useApp, useServices } from '../app/services.ts';
import { ExportButton } from '../export/export-button.tsx';
import { useLocalized } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import { checkLabName, suggestLabName } from './lab-name.ts';
import { PlaceChooser } from './place-chooser.tsx';
import { boxProblem, providerAt, startRequest } from './place.ts';
import classes from './start.module.css';
import { StartOptions } from './start-options.tsx';
import { useStartChoice } from './use-start-choice.ts';

export function TestbedCard({ testbed }: { readonly testbed: TestbedSummary }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { nodes, networks, source } = testbed;
  return (
    <Paper withBorder p="lg" className={classes['card'] ?? ''} component="article">
      <div>
        <Title order={2} size="h4">
          {localized(testbed.title)}
        </Title>
        <Text size="sm" mt={4}>
          {localized(testbed.description)}
        </Text>
      </div>
      <div className={classes['counts']}>
        <span>
          <IconServer2 size="1rem" /> {t('start.nodes', { count: nodes })}
        </span>
        <span>
          <IconNetwork size="1rem" /> {t('start.networks', { count: networks })}
        </span>
        <span>
          <IconBook2 size="1rem" />
          {t('start.source', { title: source.title, author: source.author, year: source.year })}
        </span>
      </div>
      <StartForm testbed={testbed.id} />
    </Paper>
  );
}

function StartForm({ testbed }: { readonly testbed: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const [open, { toggle }] = useDisclosure(false);
  const [chosenName, setName] = useState<string>();
  const [advertInterval, setAdvertInterval] = useState<number>();
  const [choice, change] = useStartChoice();
  const labs = useApp((state) => state.labs);
  const provider = useApp(({ engine }) => engine && providerAt(choice.place, engine.providers));
  const connected = useApp(({ connection }) => connection.state === 'open');
  const taken = (labs ?? []).map(({ lab }) => lab);
  const lab = chosenName ?? suggestLabName(testbed, taken);
  const problem = checkLabName(lab, taken);
  const blocked = !connected || provider?.available !== true || boxProblem(choice) !== undefined;
  const start = (): void => {
    commands.start(startRequest(testbed, lab, choice, advertInterval === undefined ? {} : { advertInterval }));
    goTo({ screen: 'lab', lab, section: 'overview' });
  };
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
      <Group gap="sm">
        <Button
          leftSection={<IconPlayerPlay size="1rem" />}
          disabled={blocked || problem !== undefined || labs === undefined}
          onClick={start}
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
          onClick={toggle}
          data-testid={testIds.startOptions}
        >
          {t('start.options')}
        </Button>
        <ExportButton testbed={testbed} />
      </Group>
    </Stack>
  );
}
