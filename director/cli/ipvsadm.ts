import { text } from 'node:stream/consumers';
import { errorMessage } from '../io/errors.ts';
import { requestConnections, requestExecution, requestTable } from './admin-client.ts';
import { systemNames, systemResolver } from './ipvsadm/getent.ts';
import { runIpvsadmOn, type IpvsadmOutcome, type TableAccess } from './ipvsadm/program.ts';

/** The running director's table. */
const running: TableAccess = {
  table: requestTable,
  connections: requestConnections,
  execute: requestExecution,
};

/** The real one's exit code where the kernel has no IPVS. */
const NO_TABLE = 2;

/** `ipvsadm` on a node. Resolves to the exit code. */
export async function runIpvsadm(argv: readonly string[]): Promise<number> {
  const { exitCode, stdout, stderr } = await outcome(argv);
  process.stderr.write(stderr);
  // Whoever reads only the first lines closes the pipe.
  process.stdout.on('error', () => process.exit(exitCode));
  process.stdout.write(stdout);
  return exitCode;
}

async function outcome(argv: readonly string[]): Promise<IpvsadmOutcome> {
  try {
    return await runIpvsadmOn(argv, running, {
      program: 'ipvsadm',
      resolver: systemResolver,
      names: systemNames,
      input: () => text(process.stdin),
    });
  } catch (error) {
    return { exitCode: NO_TABLE, stdout: '', stderr: `Can't initialize ipvs: ${errorMessage(error)}\n` };
  }
}
