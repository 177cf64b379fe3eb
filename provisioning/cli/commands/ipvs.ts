import { setTimeout as delay } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RelevoError } from '../../contract/error.ts';
import type { LabStatus } from '../../contract/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { chooseLab, print, withEngine } from '../context.ts';
import { untilInterrupted } from '../interrupt.ts';
import { runRemote } from '../remote-command.ts';

/** Moves to the top left corner and clears what was there, when the output is a terminal. */
const clearScreen = '\u001b[H\u001b[2J';

/** Prints each director's table as the director's own ipvsadm prints it on the node. */
export async function ipvs(
  context: CommandContext,
  node: string | undefined,
  options: CommandOptions,
): Promise<ExitStatus> {
  await withEngine(context, async (client) => {
    const lab = await chooseLab(client, options.lab);
    if (options.watch !== true) return printTables(client, { lab, node }, options);
    const interrupted = untilInterrupted().then(() => true);
    for (;;) {
      if (process.stdout.isTTY && options.json !== true) process.stdout.write(clearScreen);
      await printTables(client, { lab, node }, options);
      if (await Promise.race([interrupted, delay((options.interval ?? 1) * 1000, false)])) return;
    }
  });
  return undefined;
}

interface Which {
  readonly lab: string;
  readonly node: string | undefined;
}

async function printTables(client: EngineClient, { lab, node }: Which, options: CommandOptions): Promise<void> {
  const status = await client.call('lab.status', { lab });
  const directors = chooseDirectors(status, node);
  if (options.json === true) {
    const tables = directors.map(({ name, state }) => ({
      node: name,
      state,
      services: status.directors.find((director) => director.node === name)?.snapshot?.services,
    }));
    print(options, tables, () => '');
    return;
  }
  for (const { name, state } of directors) {
    const table = state === 'running' ? await tableOf(client, lab, name) : `(the node is ${state})\n`;
    process.stdout.write(`${name}:\n${table}\n`);
  }
}

function chooseDirectors({ lab, nodes }: LabStatus, name: string | undefined): LabStatus['nodes'] {
  const directors = nodes.filter(({ role }) => role === 'director');
  if (name === undefined) return directors;
  const chosen = directors.filter((node) => node.name === name);
  if (chosen.length > 0) return chosen;
  throw new RelevoError('UNKNOWN_NODE', `Lab ${lab} has no director named "${name}".`, {
    lab,
    hint: `Its directors: ${directors.map((director) => director.name).join(', ')}.`,
  });
}

async function tableOf(client: EngineClient, lab: string, node: string): Promise<string> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const texts = Promise.all([text(output), text(errors)]);
  const { exited } = await runRemote(client, { lab, node, command: 'ipvsadm -L -n' }, { output, errors });
  const { exitCode } = await exited;
  output.end();
  errors.end();
  const [table, complaint] = await texts;
  return exitCode === 0 ? table : `(ipvsadm failed: ${complaint.trim()})\n`;
}
