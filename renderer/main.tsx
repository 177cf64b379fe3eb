import './rpc/no-eval.ts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@xterm/xterm/css/xterm.css';
import '@xyflow/react/dist/base.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createServices } from './app/services.ts';
import { setUpTexts } from './i18n/setup.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root".');
await setUpTexts();
createRoot(root).render(
  <StrictMode>
    <App services={createServices()} />
  </StrictMode>,
);
