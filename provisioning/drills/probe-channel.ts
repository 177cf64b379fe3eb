import { probeSampleSchema, RelevoError } from '../contract/index.ts';
import type { ProbeSample } from '../contract/index.ts';
import type { ProbeConfiguration } from '../probe/configuration.ts';
import type { NodeConnection } from '../ssh/connection.ts';
import type { Watch } from './address-witness.ts';
import { readLines } from './lines.ts';

/** Where every node finds Relevo's own programs. */
const probeCommand = '/opt/relevo/node /opt/relevo/lib/probe.cjs';

export interface ProbeListener {
  sample(sample: ProbeSample): void;
  /** The probe ended although nobody told it to. */
  died(error: RelevoError): void;
}

/** Starts the probe on a client node. */
export async function openProbe(
  connection: NodeConnection,
  configuration: ProbeConfiguration,
  listener: ProbeListener,
): Promise<Watch> {
  const channel = await connection.open({ command: probeCommand });
  let closing = false;
  let complaint = '';
  readLines(channel.stdout, (line) => {
    const sample = parseSample(line);
    if (sample !== undefined) listener.sample(sample);
  });
  readLines(channel.stderr, (line) => {
    complaint = `${complaint}${line}\n`.slice(-2000);
  });
  channel.stdin.on('error', () => undefined);
  channel.stdin.write(`${JSON.stringify(configuration)}\n`);
  channel.exited
    .then((exit) => {
      if (!closing) listener.died(probeDied(connection.node, complaint, exit.exitCode));
    })
    .catch(() => undefined);
  return {
    close() {
      closing = true;
      channel.stdin.end();
      channel.close();
    },
  };
}

function parseSample(line: string): ProbeSample | undefined {
  try {
    return probeSampleSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function probeDied(node: string, output: string, exitCode: number | undefined): RelevoError {
  const how = exitCode === undefined ? 'was cut off' : `ended with exit status ${exitCode}`;
  return new RelevoError('DRILL_FAILED', `The probe on ${node} ${how} while it was measuring.`, {
    node,
    command: probeCommand,
    output,
    ...(exitCode === undefined ? {} : { exitCode }),
    hint: `Check that ${node} is running, then run the drill again.`,
  });
}
