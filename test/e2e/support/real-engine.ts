import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findEngine, pageAddress } from '../../../provisioning/discovery/index.ts';
import { eventually, Relevo } from '../../integration/support/relevo.ts';

const program = join(import.meta.dirname, '../../../bin/relevo.js');

export interface RealEngine {
  /** The window's address, token included. */
  readonly address: string;
  readonly relevo: Relevo;
  /** Ends the engine, its labs and everything that they had. */
  stop(): Promise<void>;
}

/** `relevo serve`, as a user would start it, with a state directory of its own. */
export async function serveEngine(): Promise<RealEngine> {
  const relevo = await Relevo.create();
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { ...process.env, RELEVO_STATE: relevo.state },
    stdio: 'ignore',
  });
  await eventually('the engine runs', () => Promise.resolve(findEngine(relevo.state) !== undefined));
  const record = findEngine(relevo.state);
  if (record === undefined) throw new Error('The engine ended at once.');
  return {
    address: pageAddress(record),
    relevo,
    stop: async () => {
      await relevo.dispose();
      child.kill('SIGTERM');
    },
  };
}
