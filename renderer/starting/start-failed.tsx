import { Button, Center, EmptyState, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
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
  const retry = (): void => {
    if (request !== undefined) commands.start(request);
  };
  const actions = (
    <>
      <Button variant="default" onClick={close}>
        {t('errors.close')}
      </Button>
      {request === undefined ? null : (
        <Button leftSection={<IconRefresh size="1rem" />} onClick={retry} data-testid={testIds.retryStart}>
          {t('errors.retry')}
        </Button>
      )}
    </>
  );
  if (error.code === 'CANCELLED') return <Cancelled actions={actions} />;
  return (
    <ScrollArea h="100%">
      <Stack className={classes['page']} gap="md">
        <div>
          <Title order={1} size="h2" className={classes['title']}>
            {t(died ? 'starting.diedTitle' : 'starting.failedTitle', { lab })}
          </Title>
          {died ? null : <Text c="dimmed">{t('starting.failedUndone')}</Text>}
        </div>
        <ErrorPanel error={error} actions={actions} />
      </Stack>
    </ScrollArea>
  );
}

/** Nothing went wrong: the reader changed their mind. */
function Cancelled({ actions }: { readonly actions: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Center flex={1} p="xl">
      <EmptyState
        icon={<IconPlayerStop size="2.5rem" />}
        title={t('errors.code.CANCELLED.title')}
        description={t('errors.code.CANCELLED.hint')}
      >
        <EmptyState.Actions>{actions}</EmptyState.Actions>
      </EmptyState>
    </Center>
  );
}
