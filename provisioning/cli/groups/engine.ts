import type { Command } from 'commander';
import { Option } from 'commander';
import type { Registrar } from '../program.ts';
import { wholeNumber } from '../arguments.ts';

/** Commands about the engine itself and the window. */
export function addEngineCommands(program: Command, registrar: Registrar): void {
  addServe(program, registrar);
  addStop(program, registrar);
  addOpen(program, registrar);
}

function addServe(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'serve',
    summary: 'run the lab engine alone and print the address of its window',
    description:
      'Runs the lab engine in the foreground, on 127.0.0.1 only. The address that it prints carries the token: whoever has it\n' +
      'commands your labs. Ctrl-C ends the engine; labs live on, and the next engine takes them over.',
    examples: [
      ['relevo serve', 'at any free port'],
      ['relevo serve --port 8123', 'at a port of your choice'],
    ],
    run: async (_args, options) => (await import('../commands/serve.ts')).serve(context, options),
  })
    .option('--port <number>', 'the port; 0 is any free one', wholeNumber(0, 65_535), 0)
    .addOption(new Option('--on-demand', 'end when there is neither lab nor client').hideHelp())
    .addOption(new Option('--until-input-ends', 'end when standard input does').hideHelp())
    .addOption(new Option('--ready-descriptor <number>').argParser(wholeNumber(3, 1023)).hideHelp());
}

function addStop(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'stop',
    summary: 'end the lab engine; labs live on',
    examples: [['relevo stop', 'the next command starts the engine again when it needs one']],
    run: async (_args, options) => (await import('../commands/stop.ts')).stop(context, options),
  });
}

function addOpen(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'open',
    summary: 'open the window',
    description:
      'Opens the window: in Electron where it is installed, else in a Chromium window of its own, else it prints the address.\n' +
      'Ends when the window is closed.',
    examples: [
      ['relevo open', 'on your desktop'],
      ['relevo open --print', 'only print the address, token included'],
    ],
    run: async (_args, options) => (await import('../commands/open.ts')).open(context, options),
  }).option('--print', 'print the address instead of opening a window');
}
