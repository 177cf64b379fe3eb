import { Command, Option } from 'commander';
import type { CommandContext, CommandOptions, ExitStatus } from './context.ts';
import { addDrillCommands } from './groups/drills.ts';
import { addEngineCommands } from './groups/engine.ts';
import { addExportCommands } from './groups/export.ts';
import { addImportCommands } from './groups/import.ts';
import { addLabCommands } from './groups/labs.ts';
import { addLifecycleCommands } from './groups/lifecycle.ts';
import { addNodeCommands } from './groups/nodes.ts';

export interface ProgramOptions {
  /** Errors are told as JSON: commander keeps quiet about its own. */
  readonly json: boolean;
  readonly setStatus: (status: number) => void;
}

/** What the groups of commands are made with. */
export interface Registrar {
  readonly context: CommandContext;
  /** A command with `--lab` and `--json`, help with examples, and its exit status taken care of. */
  readonly command: (parent: Command, definition: CommandDefinition) => Command;
}

export interface CommandDefinition {
  /** Name and arguments, as commander writes them. */
  readonly usage: string;
  readonly summary: string;
  readonly description?: string;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [command: string, effect: string])[];
  readonly hidden?: boolean;
  /** Arguments in order, then the options; loaded only when the command runs. */
  readonly run: (args: readonly string[], options: CommandOptions) => Promise<ExitStatus>;
}

/** The whole command line. Throws CommanderError for a wrong one, and for help and version. */
export function createProgram(context: CommandContext, options: ProgramOptions): Command {
  const program = new Command('relevo');
  program
    .description(
      'Labs for learning high availability: start a cluster, watch it balance, kill the master, read the outage.',
    )
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help, also of each command: relevo up --help')
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(relevo COMMAND --help has examples)')
    .addHelpText('after', firstSteps);
  const registrar = {
    context,
    command: (parent: Command, definition: CommandDefinition) => register(parent, definition, options),
  };
  applyTo(program, options);
  addLabCommands(program, registrar);
  addNodeCommands(program, registrar);
  addLifecycleCommands(program, registrar);
  addDrillCommands(program, registrar);
  addExportCommands(program, registrar);
  addImportCommands(program, registrar);
  addEngineCommands(program, registrar);
  return program;
}

const firstSteps = `
First steps:
  relevo up tfg                      start the TFG's cluster, with progress
  relevo status                      who is up, who holds the virtual addresses
  relevo exec client -- curl -s http://192.168.1.202/
  relevo ipvs --watch                the balancer's table, live
  relevo drill kill-master           cut the master's power and measure the outage
  relevo down                        and nothing is left

Exit status: 0 success, 1 failure, 2 wrong command line, 130 Ctrl-C; exec and ssh pass the command's own.`;

function register(parent: Command, definition: CommandDefinition, options: ProgramOptions): Command {
  const command = parent.command(definition.usage, { hidden: definition.hidden ?? false });
  command
    .summary(definition.summary)
    .description(definition.description ?? definition.summary)
    .addOption(new Option('--lab <name>', 'the lab; by default the only one that runs'))
    .option('--json', 'one JSON document on stdout; errors as JSON on stderr')
    .addHelpText('after', () => exampleText(definition))
    .action(async () => {
      const args = (command.processedArgs as (string | string[] | undefined)[]).flat();
      const given = args.filter((argument) => argument !== undefined);
      const status = await definition.run(given, command.opts<CommandOptions>());
      if (status !== undefined) options.setStatus(status);
    });
  applyTo(command, options);
  return command;
}

/** Wrong command lines are thrown, so that one place decides about the exit status. */
function applyTo(command: Command, { json }: ProgramOptions): void {
  command.exitOverride();
  if (json) command.configureOutput({ writeErr: () => undefined });
}

function exampleText({ examples }: CommandDefinition): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  return ['\nExamples:', ...examples.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`)].join('\n');
}
