import type { Command } from 'commander';
import { Option } from 'commander';
import { positiveNumber, renumberOption } from '../arguments.ts';
import { planeSchema } from '../../../testbeds/exporters/vagrant/options.ts';
import type { Registrar } from '../program.ts';

/** Commands that write testbeds in other tools' forms. */
export function addExportCommands(program: Command, registrar: Registrar): void {
  const parent = program
    .command('export')
    .description('write a testbed as files for other tools, which need nothing of Relevo')
    .exitOverride();
  addVagrantfile(parent, registrar);
}

function addVagrantfile(parent: Command, { context, command }: Registrar): void {
  command(parent, {
    usage: 'vagrantfile <testbed>',
    summary: 'write a folder that "vagrant up" turns into the lab, on VirtualBox or libvirt',
    description:
      'Writes a folder with a Vagrantfile, one readable script a machine, the director, a README and verify.sh, which asks the\n' +
      'lab whether it does what its document shows. Machines and networks are named after --lab, by default the testbed.',
    examples: [
      ['relevo export vagrantfile tfg -o ~/tfg', 'with our director, for VirtualBox and libvirt'],
      ['relevo export vagrantfile tfg -o ~/tfg --stack classic', "with the document's keepalived, IPVS and HAProxy"],
      ['relevo export vagrantfile tfg -o ~/tfg --box ubuntu', 'on Ubuntu LTS instead of Debian'],
      ['relevo export vagrantfile tfg -o ~/tfg --internet stand-in', 'where there is no Internet for the lab'],
    ],
    run: async ([testbed = ''], options) =>
      (await import('../commands/export-vagrantfile.ts')).exportTestbed(context, testbed, options),
  })
    .requiredOption('-o, --output <folder>', 'the folder to write; it must be empty or an earlier export')
    .addOption(
      new Option('--stack <stack>', "what runs on the directors: ours, or the document's software")
        .choices(['director', 'classic'])
        .default('director'),
    )
    .addOption(
      new Option(
        '--plane <plane>',
        "who forwards with our director: the kernel's IPVS, or the director itself",
      ).choices(planeSchema.options),
    )
    .addOption(
      new Option('--provider <provider>', 'who runs the machines')
        .choices(['virtualbox', 'libvirt', 'both'])
        .default('both'),
    )
    .option('--box <box>', 'debian, ubuntu (LTS), or the name of a box of your own', 'debian')
    .addOption(
      new Option('--internet <internet>', "what is behind a NAT network: the real one, or the testbed's stand-in")
        .choices(['real', 'stand-in'])
        .default('real'),
    )
    .option(
      '--advert-interval <seconds>',
      "seconds between VRRP advertisements instead of the testbed's",
      positiveNumber,
    )
    .option(...renumberOption)
    .option('--overwrite', 'write over an earlier export although it was edited');
}
