import { findProgram } from '../../process/programs.ts';

/** Chromium and its kin, by the names under which Linux distributions install them. */
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'brave-browser',
  'microsoft-edge',
];

/** The first browser on the search path that can show a page as an application's window. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return findProgram(names, environment);
}
