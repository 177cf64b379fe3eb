import { Paper, Text, Title } from '@mantine/core';
import { IconBook2, IconNetwork, IconServer2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TestbedSummary } from '../../provisioning/contract/index.ts';
import { TestbedOrigin } from '../import/testbed-origin.tsx';
import { useLocalized } from '../i18n/use-format.ts';
import { StartForm } from './start-form.tsx';
import classes from './start.module.css';

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
      <TestbedOrigin testbed={testbed} />
      <StartForm testbed={testbed.id} />
    </Paper>
  );
}
