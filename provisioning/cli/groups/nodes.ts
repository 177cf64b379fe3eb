import type { Command } from 'commander';
import type { Registrar } from '../program.ts';
import { positiveNumber } from '../arguments.ts';

/** Commands about single nodes, their links and what runs on them. */
export function addNodeCommands(program: Command, registrar: Registrar): void {
  addIpvs(program, registrar);
  addExec(program, registrar);
  addShell(program, registrar);
  addPower(program, registrar);
  addLinks(program, registrar);
}

function addIpvs(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'ipvs [node]',
    summary: "print the directors' tables as ipvsadm does",
    description: 'Prints the table of virtual services of every director, or of one, in the format of ipvsadm -L -n.',
    examples: [
      ['relevo ipvs', 'every director that runs'],
      ['relevo ipvs master --watch', 'one of them, again every second'],
    ],
    run: async ([node], options) => (await import('../commands/ipvs.ts')).ipvs(context, node, options),
  })
    .option('-w, --watch', 'print again until Ctrl-C')
    .option('--interval <seconds>', 'seconds between two prints with --watch', positiveNumber, 1);
}

function addExec(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'exec <node> <command...>',
    summary: 'run a command on a node',
    description:
      'Runs a command on a node. Standard input, output and error are passed through byte by byte, and so is the exit status\n' +
      '(128 + n when signal n ended the command). Write -- before the command, so that its options are not taken for ours.\n' +
      'Several words reach the node as they are; a single one is read by its shell, so that pipes work.',
    examples: [
      ['relevo exec web1 -- ip -brief address', 'one command'],
      ["relevo exec master -- 'ip route | sort'", 'a pipe on the node'],
      ['relevo exec nas -- tar c /etc > etc.tar', 'a file from there to here'],
      ['relevo exec web1 -- tee /tmp/note < note', 'and from here to there'],
    ],
    run: async ([node = '', ...words], options) => {
      const { exec } = await import('../commands/exec.ts');
      return exec(context, { node, words }, options);
    },
  });
}

function addShell(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'ssh <node>',
    summary: 'open a terminal on a node',
    description: 'Opens a login shell on a node. At the beginning of a line, ~. leaves at once.',
    examples: [['relevo ssh master', 'as root, on node master']],
    run: async ([node = ''], options) => (await import('../commands/shell.ts')).shell(context, node, options),
  });
}

function addPower(program: Command, { context, command }: Registrar): void {
  const actions = [
    ['kill', "cut a node's power: no shutdown, no goodbye", 'and see in "relevo status" who takes over'],
    ['freeze', 'stop a node in its tracks, as when a machine hangs', 'its addresses stay, its daemons are silent'],
  ] as const;
  for (const [action, summary, effect] of actions) {
    command(program, {
      usage: `${action} <node>`,
      summary,
      examples: [[`relevo ${action} master`, effect]],
      run: async ([node = ''], options) => {
        const { power } = await import('../commands/power.ts');
        return power(context, { action, node }, options);
      },
    });
  }
}

function addLinks(program: Command, { context, command }: Registrar): void {
  const actions = [
    ['cut', "pull the cable between a node and a network's switch"],
    ['restore', 'plug the cable in again'],
  ] as const;
  for (const [action, summary] of actions) {
    command(program, {
      usage: `${action} <node> <network>`,
      summary,
      examples: [[`relevo ${action} master internal`, 'the master in the inner network']],
      run: async ([node = '', network = ''], options) => {
        const { link } = await import('../commands/link.ts');
        return link(context, { action, node, network }, options);
      },
    });
  }
}
