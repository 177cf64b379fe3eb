import { RelevoError } from '../../contract/error.ts';
import type { LabStatus, Operation } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print, withEngine } from '../context.ts';
import { stepName } from '../progress/lines.ts';
import { withProgress } from '../progress/with-progress.ts';
import { duration } from '../text/duration.ts';
import { upRequest } from './plan.ts';

/** Starts a lab, with progress, until everything in it answers. */
export async function up(context: CommandContext, testbed: string, options: CommandOptions): Promise<ExitStatus> {
  const begin = performance.now();
  const status = await withEngine(context, (client) => startLab(client, testbed, options));
  const milliseconds = performance.now() - begin;
  print(options, status, () => upText(status, milliseconds));
  return undefined;
}

async function startLab(client: EngineClient, testbed: string, options: CommandOptions): Promise<LabStatus> {
  const request = await upRequest(testbed, options);
  const lab = options.lab ?? testbed;
  try {
    return await withProgress({
      client,
      lab,
      json: options.json,
      work: () => client.call('lab.up', request),
      onInterrupt: interrupt,
    });
  } catch (error) {
    throw isCancelled(error) ? cancelled(lab, error) : error;
  }
}

function isCancelled(error: unknown): error is RelevoError {
  return error instanceof RelevoError && error.code === 'CANCELLED';
}

/** The engine names the step that was cut short; whoever pressed Ctrl-C wants to know what is left. */
function cancelled(lab: string, cause: RelevoError): RelevoError {
  return new RelevoError('CANCELLED', `Starting lab ${lab} was cancelled; nothing of it is left.`, {}, cause);
}

function interrupt(times: number, operation: Operation | undefined): string {
  if (times === 1) return 'Cancelling: what was made so far is removed.';
  return `Still removing what was made${waitingFor(operation)}. It ends by itself; nothing has to be done by hand.`;
}

function waitingFor(operation: Operation | undefined): string {
  const running = operation?.steps.filter(({ state }) => state === 'running').map(({ step }) => stepName(step)) ?? [];
  return running.length === 0 ? '' : `, waiting for ${running.join(', ')}`;
}

function upText({ lab, nodesRunning, virtualAddresses }: LabStatus, milliseconds: number): string {
  const held = virtualAddresses.map(({ address, holders }) => `${address} at ${holders.join(' and ') || 'nobody'}`);
  return [
    `Lab ${lab} is up after ${duration(milliseconds)}: ${nodesRunning} nodes.`,
    `Virtual addresses: ${held.join(', ')}.`,
    `Next: relevo status, relevo ipvs, relevo ssh master, relevo drill kill-master, relevo open`,
    '',
  ].join('\n');
}
