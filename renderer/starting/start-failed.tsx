import { Button, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RpcError } from '../../provisioning/contract/index.ts';
import { goTo } from '../app/route.ts';
import { useServices } from '../app/services.ts';
import { ErrorPanel } from '../errors/error-panel.tsx';
import type { StartRequest } from '../state/app-state.ts';
import { testIds } from '../test-ids.ts';
import classes from './starting.module.css';

interface Props {
  readonly lab: string;
  readonly error: RpcError;
  /** Absent when another window or the command line asked for the start. */
  readonly request: StartRequest | undefined;
  /** It had been up before. */
  readonly died?: boolean;
}

export function StartFailed({ lab, error, request, died = false }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const close = (): void => {
    goTo({ screen: 'start' });
    commands.dismissAttempt(lab);
  };
  return (
    <ScrollArea h="100%">
      <Stack className={classes['page']} gap="md">
        <div>
          <Title order={1} size="h2" className={classes['title']}>
            {t(died ? 'starting.diedTitle' : 'starting.failedTitle', { lab })}
          </Title>
          {died ? null : <Text c="dimmed">{t('starting.failedUndone')}</Text>}
        </div>
        <ErrorPanel
          error={error}
          actions={
            <>
              <Button variant="default" onClick={close}>
                {t('errors.close')}
              </Button>
              {request === undefined ? null : (
                <Button
                  leftSection={<IconRefresh size="1rem" />}
                  onClick={() => commands.start(request)}
                  data-testid={testIds.retryStart}
                >
                  {t('errors.retry')}
                </Button>
              )}
            </>
          }
        />
      </Stack>
    </ScrollArea>
  );
}
