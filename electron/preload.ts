import { contextBridge } from 'electron';

const VERSION = '--relevo-version=';

// All that the page learns of the shell around it. Whatever it wants done, it asks the engine.
contextBridge.exposeInMainWorld('relevo', {
  platform: process.platform,
  version: process.argv.find((argument) => argument.startsWith(VERSION))?.slice(VERSION.length) ?? '',
});
