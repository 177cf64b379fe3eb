import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@xterm/xterm/css/xterm.css';
import '@xyflow/react/dist/base.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './app/app.tsx';
import { createServices } from './app/services.ts';
import { setUpTexts } from './i18n/setup.ts';

// The content security policy forbids building functions from text, which zod would otherwise try.
config({ jitless: true });

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root".');
await setUpTexts();
createRoot(root).render(
  <StrictMode>
    <App services={createServices()} />
  </StrictMode>,
);
