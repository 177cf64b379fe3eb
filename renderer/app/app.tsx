import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { FailureDialog } from '../errors/failure-dialog.tsx';
import { LabScreen } from '../lab/lab-screen.tsx';
import { StartScreen } from '../start/start-screen.tsx';
import classes from './app.module.css';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import type { Services } from './services.ts';
import { ServicesContext } from './services.ts';
import { theme } from './theme.ts';
import { useRoute } from './use-route.ts';

export function App({ services }: { readonly services: Services }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <ServicesContext value={services}>
        <Notifications position="top-center" autoClose={6000} />
        <FailureDialog />
        <div className={classes['window']}>
          <Header />
          <ConnectionBanner />
          <Content />
        </div>
      </ServicesContext>
    </MantineProvider>
  );
}

function Content() {
  const route = useRoute();
  return (
    <main id="content" className={classes['content']} tabIndex={-1}>
      {route.screen === 'start' ? <StartScreen /> : <LabScreen key={route.lab} route={route} />}
    </main>
  );
}
