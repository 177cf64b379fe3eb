import { Alert, EmptyState, Group, ScrollArea, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconFlask } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/services.ts';
import { ImportButton } from '../import/import-button.tsx';
import { useCurrentTestbeds } from '../import/use-current-testbeds.ts';
import { RunningLabs } from './running-labs.tsx';
import classes from './start.module.css';
import { TestbedCard } from './testbed-card.tsx';

export function StartScreen() {
  const { t } = useTranslation();
  return (
    <ScrollArea h="100%">
      <Stack className={classes['page']} gap="xl">
        <RunningLabs />
        <section aria-labelledby="testbeds">
          <Title order={1} size="h2" id="testbeds">
            {t('start.title')}
          </Title>
          <Text c="dimmed" mb="md">
            {t('start.intro')}
          </Text>
          <Stack gap="md">
            <NothingAvailable />
            <Testbeds />
            <Group>
              <ImportButton />
            </Group>
          </Stack>
        </section>
      </Stack>
    </ScrollArea>
  );
}

/** Said at the top only when nothing works here; what is wrong with one kind of nodes is said where it is chosen. */
function NothingAvailable() {
  const { t } = useTranslation();
  const none = useApp(({ engine }) => engine?.providers.every(({ available }) => !available) === true);
  if (!none) return null;
  return <Alert color="yellow" icon={<IconAlertTriangle />} title={t('start.unavailable')} />;
}

function Testbeds() {
  const { t } = useTranslation();
  const testbeds = useApp((state) => state.testbeds);
  useCurrentTestbeds();
  if (testbeds === undefined) return <Skeleton height="14rem" radius="sm" aria-label={t('app.loading')} />;
  if (testbeds.length === 0) {
    return <EmptyState icon={<IconFlask />} title={t('start.noTestbeds')} description={t('start.noTestbedsHint')} />;
  }
  return (
    <SimpleGrid cols={{ base: 1, md: Math.min(2, testbeds.length) }}>
      {testbeds.map((testbed) => (
        <TestbedCard key={testbed.id} testbed={testbed} />
      ))}
    </SimpleGrid>
  );
}
