import { Button, Center, EmptyState, Loader } from '@mantine/core';
import { IconFlaskOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Route } from '../app/route.ts';
import { goTo } from '../app/route.ts';
import { useApp, useServices } from '../app/services.ts';
import { StartFailed } from '../starting/start-failed.tsx';
import { StartingScreen } from '../starting/starting-screen.tsx';
import { LabBody } from './lab-body.tsx';
import { screenState } from './screen-state.ts';

export type LabRoute = Extract<Route, { screen: 'lab' }>;

/** One lab, in whatever state it is: starting, failed, running, or gone. */
export function LabScreen({ route }: { readonly route: LabRoute }) {
  const { lab } = route;
  const { subscriptions, terminals } = useServices();
  const view = useApp(({ views }) => views[lab]);
  const attempt = useApp(({ attempts }) => attempts[lab]);
  useEffect(() => subscriptions.watch(lab), [subscriptions, lab]);
  const removed = view?.removed === true;
  useEffect(() => {
    if (removed) terminals.closeLab(lab);
  }, [removed, terminals, lab]);
  const state = screenState(view, attempt);
  switch (state.kind) {
    case 'start-failed':
      return <StartFailed lab={lab} error={state.error} request={state.request} />;
    case 'died':
      return <StartFailed lab={lab} error={state.error} request={undefined} died />;
    case 'starting':
      return <StartingScreen lab={lab} operation={state.operation} startedAt={state.startedAt} />;
    case 'missing':
      return <Missing lab={lab} wasThere={state.wasThere} />;
    case 'running':
      return <LabBody route={route} />;
  }
}

function Missing({ lab, wasThere }: { readonly lab: string; readonly wasThere: boolean }) {
  const { t } = useTranslation();
  const loading = useApp(({ labs, connection }) => {
    if (connection.state !== 'open') return true;
    return labs === undefined || labs.some((summary) => summary.lab === lab);
  });
  return (
    <Center flex={1} p="xl">
      {loading && !wasThere ? (
        <Loader aria-label={t('app.loading')} />
      ) : (
        <EmptyState
          icon={<IconFlaskOff size="2.5rem" />}
          title={t(wasThere ? 'starting.stoppedTitle' : 'starting.unknownTitle', { lab })}
          description={t(wasThere ? 'starting.stoppedHint' : 'starting.unknownHint')}
        >
          <EmptyState.Actions>
            <Button onClick={() => goTo({ screen: 'start' })}>{t('app.home')}</Button>
          </EmptyState.Actions>
        </EmptyState>
      )}
    </Center>
  );
}
