import { Button, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ConnectionState } from '../rpc/client.ts';
import { testIds } from '../test-ids.ts';
import classes from './app.module.css';
import { useApp, useServices } from './services.ts';

type Trouble = 'lost' | 'refused' | 'noToken';

function troubleOf(connection: ConnectionState, hasToken: boolean): Trouble | undefined {
  if (!hasToken) return 'noToken';
  if (connection.state !== 'lost') return undefined;
  return connection.refused ? 'refused' : 'lost';
}

/** A calm line above everything while the engine cannot be reached: what is wrong, and what to do. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { hasToken, retryConnection } = useServices();
  const trouble = troubleOf(
    useApp(({ connection }) => connection),
    hasToken,
  );
  if (trouble === undefined) return null;
  return (
    <div className={classes['banner']} role="status" data-testid={testIds.connectionBanner}>
      <IconPlugConnectedX size="1.4rem" color="var(--relevo-warning)" />
      <div className={classes['bannerText']}>
        <Text fw={600} size="sm">
          {t(`connection.${trouble}`)}
        </Text>
        <Text size="sm">{t(`connection.${trouble}Hint`)}</Text>
      </div>
      {trouble === 'noToken' ? null : (
        <Button size="xs" variant="default" onClick={retryConnection}>
          {t('connection.retry')}
        </Button>
      )}
    </div>
  );
}
