import type { Command } from 'commander';
import type { Registrar } from '../program.ts';

/** Commands that make testbeds of what others have, and forget them. */
export function addImportCommands(program: Command, registrar: Registrar): void {
  const parent = program
    .command('import')
    .description('open a folder that was exported and then edited as a testbed')
    .exitOverride();
  addVagrantfile(parent, registrar);
  const testbeds = program.commands.find((command) => command.name() === 'testbeds') ?? program;
  addRemove(testbeds, registrar);
}

function addVagrantfile(parent: Command, { command }: Registrar): void {
  command(parent, {
    usage: 'vagrantfile <folder>',
    summary: 'open a folder of "relevo export vagrantfile" as a testbed',
    description:
      'Reads what was changed in the Vagrantfile of an exported folder (machines, memory, processors, addresses, MACs, box), and\n' +
      'saves it as a testbed of your own. What cannot be taken over is named with its line. The folder is only read, nothing in it is\n' +
      'run. Exit status 1 when something stands in the way.',
    examples: [
      ['relevo import vagrantfile ~/tfg', 'as a new testbed, with the next free id'],
      ['relevo import vagrantfile ~/tfg --dry-run', 'only tell what was understood and what was not'],
      ['relevo import vagrantfile ~/tfg --id shop', 'under another id'],
      ['relevo import vagrantfile ~/tfg --replace', 'in the place of the testbed that came from this folder'],
    ],
    run: async ([folder = ''], options) =>
      (await import('../commands/import-vagrantfile.ts')).importFolder(folder, options),
  })
    .option('--id <id>', 'what the testbed is called; by default as it was called, or with a number when that is taken')
    .option('--replace', 'in the place of an imported testbed')
    .option('--dry-run', 'save nothing');
}

function addRemove(parent: Command, { command }: Registrar): void {
  command(parent, {
    usage: 'remove <testbed>',
    summary: 'forget an imported testbed; labs that run from it go on',
    examples: [['relevo testbeds remove tfg-2', 'only imported ones can be removed']],
    run: async ([testbed = ''], options) =>
      (await import('../commands/remove-testbed.ts')).removeTestbed(testbed, options),
  });
}
