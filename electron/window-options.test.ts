import { expect, test } from 'vitest';
import { windowOptions } from './window-options.ts';

test("the page is kept from Node and under all of the browser's rules", () => {
  expect(windowOptions('/preload.cjs', '1.2.3').webPreferences).toMatchObject({
    preload: '/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
  });
});
