import { prepare, reasonToSkip } from './guest/start.ts';

/** Once before all suites: downloads kernel and programs, so that no two suites do. */
export default function setup(): void {
  const reason = reasonToSkip();
  if (reason === undefined) prepare();
  else console.log(`The oracle is skipped: ${reason}.`);
}
