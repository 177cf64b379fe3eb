import { Alert, EmptyState, ScrollArea, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconFlask } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/services.ts';
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
            <ProviderNotices />
            <Testbeds />
          </Stack>
        </section>
      </Stack>
    </ScrollArea>
  );
}

/** Why labs cannot be started on this computer, when they cannot. The window starts those in namespaces. */
function ProviderNotices() {
  const { t } = useTranslation();
  const providers = useApp(({ engine }) => engine?.providers);
  const missing = (providers ?? []).filter(({ name, available }) => name === 'namespaces' && !available);
  return missing.map(({ name, reason, hint }) => (
    <Alert key={name} color="yellow" icon={<IconAlertTriangle />} title={`${t('start.unavailable')} (${name})`}>
      <Text size="sm">{reason}</Text>
      {hint === undefined ? null : (
        <Text size="sm" fw={600}>
          {hint}
        </Text>
      )}
    </Alert>
  ));
}

function Testbeds() {
  const { t } = useTranslation();
  const testbeds = useApp((state) => state.testbeds);
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
