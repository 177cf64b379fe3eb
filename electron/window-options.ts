import type { BrowserWindowConstructorOptions } from 'electron';

/** How the window is made: its page is a web page like any other, with no way to Node and none around the browser's rules. */
export function windowOptions(preload: string, version: string): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Relevo',
    webPreferences: {
      preload,
      additionalArguments: [`--relevo-version=${version}`],
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    },
  };
}
