import { Badge, Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { LabSummary } from '../../provisioning/contract/index.ts';
import { goTo } from '../app/route.ts';
import { useApp, useServices } from '../app/services.ts';
import { useLocalized } from '../i18n/use-format.ts';
import { phaseColors } from '../lab/phase.ts';
import { testIds } from '../test-ids.ts';
import classes from './start.module.css';

export function RunningLabs() {
  const { t } = useTranslation();
  const labs = useApp((state) => state.labs);
  if (labs === undefined || labs.length === 0) return null;
  return (
    <section aria-labelledby="running-labs">
      <Title order={2} size="h4" mb="sm" id="running-labs">
        {t('start.running')}
      </Title>
      <Stack gap="xs">
        {labs.map((lab) => (
          <RunningLab key={lab.lab} summary={lab} />
        ))}
      </Stack>
    </section>
  );
}

function RunningLab({ summary }: { readonly summary: LabSummary }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { subscriptions } = useServices();
  const { lab, testbed, provider, phase, nodesRunning: running, nodesTotal: total } = summary;
  const title = useApp(({ testbeds }) => testbeds?.find(({ id }) => id === testbed)?.title);
  const reattached = useApp(({ views }) => views[lab]?.reattachedAt !== undefined);
  useEffect(() => subscriptions.watch(lab), [subscriptions, lab]);
  return (
    <Paper withBorder p="sm" className={classes['lab'] ?? ''}>
      <div className={classes['labText']}>
        <div className={classes['name']}>{lab}</div>
        <Text size="sm" c="dimmed" truncate>
          {title === undefined ? testbed : localized(title)}
          {' · '}
          {t(provider === 'namespaces' ? 'start.place.namespaces' : 'start.machines')}
          {' · '}
          {t(reattached ? 'start.reattached' : 'start.nodesRunning', { running, total })}
        </Text>
      </div>
      <Badge variant="light" color={phaseColors[phase]}>
        {t(`phase.${phase}`)}
      </Badge>
      <Button
        variant="light"
        onClick={() => goTo({ screen: 'lab', lab, section: 'overview' })}
        data-testid={testIds.openLab(lab)}
      >
        {t('start.open')}
      </Button>
    </Paper>
  );
}
