import { Option } from 'commander';
import type { Command } from 'commander';
import {
  internetSchema,
  machineProviderSchema,
  planeSchema,
  stackSchema,
} from '../../../testbeds/exporters/vagrant/options.ts';
import type { Registrar } from '../program.ts';
import { positiveNumber, renumberOption, wholeNumber } from '../arguments.ts';

/** Commands about labs as a whole. */
export function addLabCommands(program: Command, registrar: Registrar): void {
  addTestbeds(program, registrar);
  addPlan(program, registrar);
  addUp(program, registrar);
  addDoctor(program, registrar);
  addDown(program, registrar);
  addStatus(program, registrar);
  addLogs(program, registrar);
}

function addTestbeds(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'testbeds',
    summary: 'list the testbeds that can be started',
    examples: [
      ['relevo testbeds', 'every testbed with its size and its document'],
      ['relevo testbeds --json', 'the same for programs'],
    ],
    run: async (_args, options) => (await import('../commands/testbeds.ts')).testbeds(context, options),
  });
  command(program, {
    usage: 'labs',
    summary: 'list the labs that run',
    examples: [['relevo labs', 'every lab with its phase and how many of its nodes are up']],
    run: async (_args, options) => (await import('../commands/labs.ts')).labs(context, options),
  });
}

const advertInterval = [
  '--advert-interval <seconds>',
  "seconds between VRRP advertisements instead of the testbed's; below 1 the directors speak VRRP 3",
] as const;

function addPlan(program: Command, { context, command }: Registrar): void {
  const made = command(program, {
    usage: 'plan <testbed>',
    summary: 'show what "up" would do, step by step, with the reason of each',
    description: 'Shows what "up" would do, step by step, with the reason of each. Nothing is changed.',
    examples: [
      ['relevo plan tfg', 'the steps in order'],
      ['relevo plan tfg --lab second', 'the same for a lab of another name'],
    ],
    run: async ([testbed = ''], options) => (await import('../commands/plan.ts')).plan(context, testbed, options),
  })
    .option(...advertInterval, positiveNumber)
    .option(...renumberOption);
  addMachineOptions(made);
}

function addUp(program: Command, { context, command }: Registrar): void {
  const made = command(program, {
    usage: 'up <testbed>',
    summary: 'start a lab and wait until everything in it answers',
    description:
      'Starts a lab and waits until every node and every daemon answers. The lab is named after its testbed unless --lab says\n' +
      'otherwise; several labs may run side by side. Ctrl-C cancels, and what was made so far is removed.',
    examples: [
      ['relevo up tfg', 'start the TFG as lab "tfg"'],
      ['relevo up tfg --lab second', 'once more, beside the first'],
      ['relevo up tfg --advert-interval 0.1', 'with ten VRRP advertisements a second'],
      ['relevo up tfg --provider virtualbox', 'as virtual machines; also libvirt'],
      ['relevo up tfg --renumber nat=192.168.77.0/24', 'where 192.168.1.0/24 is taken'],
    ],
    run: async ([testbed = ''], options) => (await import('../commands/up.ts')).up(context, testbed, options),
  })
    .option(...advertInterval, positiveNumber)
    .option(...renumberOption);
  addMachineOptions(made);
}

function addDoctor(program: Command, { command }: Registrar): void {
  const made = command(program, {
    usage: 'doctor [testbed]',
    summary: 'tell what on this computer stands in the way of virtual machines, and what mends it',
    description:
      'Looks at Vagrant, VirtualBox or libvirt, virtualization, memory, disk, addresses and the box, for the machines of a testbed\n' +
      '(by default the TFG). Changes nothing. Exit status 1 when something has to be mended.',
    examples: [
      ['relevo doctor', 'for the TFG with VirtualBox'],
      ['relevo doctor tfg --provider libvirt', 'with libvirt'],
    ],
    run: async ([testbed = 'tfg'], options) => (await import('../commands/doctor.ts')).doctor(testbed, options),
  });
  made
    .addOption(
      new Option('--provider <provider>', 'who is to run the machines')
        .choices(machineProviderSchema.options)
        .default('virtualbox'),
    )
    .option(...renumberOption);
  addMachineChoices(made);
}

/** What a lab is made of. */
function addMachineOptions(command: Command): void {
  command.addOption(
    new Option('--provider <provider>', 'what the nodes are: namespaces, or virtual machines through Vagrant')
      .choices(['namespaces', ...machineProviderSchema.options])
      .default('namespaces'),
  );
  addMachineChoices(command);
}

function addMachineChoices(command: Command): void {
  command
    .addOption(
      new Option('--stack <stack>', "machines: what runs on the directors, ours or the document's software").choices(
        stackSchema.options,
      ),
    )
    .addOption(
      new Option(
        '--plane <plane>',
        "machines: who forwards with our director: the kernel's IPVS, or the director itself",
      ).choices(planeSchema.options),
    )
    .option('--box <box>', 'machines: debian, ubuntu (LTS), or the name of a box of your own')
    .addOption(
      new Option('--internet <internet>', "machines: the real Internet, or the testbed's stand-in").choices(
        internetSchema.options,
      ),
    );
}

function addDown(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'down',
    summary: 'take a lab down; nothing of it is left but its drill reports',
    examples: [
      ['relevo down', 'the only lab that runs'],
      ['relevo down --lab second', 'one of several'],
    ],
    run: async (_args, options) => (await import('../commands/down.ts')).down(context, options),
  });
}

function addStatus(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'status',
    summary: 'show the nodes, who holds each virtual address, and the VRRP states',
    examples: [
      ['relevo status', 'the only lab that runs'],
      ['relevo status --lab second --json', 'one of several, for programs'],
    ],
    run: async (_args, options) => (await import('../commands/status.ts')).status(context, options),
  });
}

function addLogs(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'logs [source]',
    summary: "show a lab's log: of the engine, the holder, or a node",
    examples: [
      ['relevo logs', 'everything, oldest first'],
      ['relevo logs master --lines 20', 'the last 20 lines about node master'],
      ['relevo logs --follow', 'and go on as more comes'],
    ],
    run: async ([source], options) => (await import('../commands/logs.ts')).logs(context, source, options),
  })
    .option('-n, --lines <number>', 'the last so many lines', wholeNumber(1, 10_000))
    .option('-f, --follow', 'go on until Ctrl-C');
}
