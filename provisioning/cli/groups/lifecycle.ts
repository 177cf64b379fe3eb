import type { Command } from 'commander';
import type { Registrar } from '../program.ts';

/** Commands that shut down, suspend, start, take and restore a lab's machines. */
export function addLifecycleCommands(program: Command, registrar: Registrar): void {
  addPower(program, registrar);
  addSnapshots(program, registrar);
  addUpgrade(program, registrar);
}

function addPower(program: Command, { context, command }: Registrar): void {
  const actions = [
    ['start', 'start nodes that are off or suspended, thaw frozen ones, and wait until they answer', 'after halt'],
    ['halt', 'shut nodes down in good order; without names all, storage last', 'everything is off, nothing is lost'],
    ['suspend', 'machines: write their memory to disk and end them', 'start goes on where they were'],
    ['reload', 'machines: shut down, and start with what the Vagrantfile says now', 'after a change of the memory'],
  ] as const;
  for (const [action, summary, effect] of actions) {
    const made = command(program, {
      usage: `${action} [nodes...]`,
      summary,
      examples: [
        [`relevo ${action}`, `the whole lab: ${effect}`],
        [`relevo ${action} web1 web2`, 'only these'],
      ],
      run: async (nodes, options) => {
        const [node, ...others] = nodes;
        // Single nodes may be started beside each other.
        if (action === 'start' && node !== undefined && others.length === 0)
          return (await import('../commands/power.ts')).power(context, { action, node }, options);
        const { lifecycle } = await import('../commands/lifecycle.ts');
        return lifecycle(context, { action, nodes }, options);
      },
    });
    if (action === 'reload') made.option('--provision', 'and set them up again by their recipes');
  }
}

function addSnapshots(program: Command, { context, command }: Registrar): void {
  const group = program.command('snapshot').summary('take and restore all machines of a lab at one moment');
  command(group, {
    usage: 'take <name>',
    summary: 'stop all machines, take their disks and memories, and let them go on',
    examples: [['relevo snapshot take before-drill', 'a minute for eight small machines']],
    run: async ([name = ''], options) =>
      (await import('../commands/lifecycle.ts')).takeSnapshot(context, name, options),
  });
  command(group, {
    usage: 'list',
    summary: "list a lab's snapshots",
    examples: [['relevo snapshot list', 'with their age, and whether they are whole']],
    run: async (_args, options) => (await import('../commands/lifecycle.ts')).listSnapshots(context, options),
  });
  command(group, {
    usage: 'restore <name>',
    summary: 'bring all machines back to a snapshot; what they have become since is lost',
    examples: [['relevo snapshot restore before-drill', 'those that were on go on from that moment']],
    run: async ([name = ''], options) =>
      (await import('../commands/lifecycle.ts')).restoreSnapshot(context, name, options),
  });
  command(group, {
    usage: 'delete <name>',
    summary: 'delete a snapshot',
    examples: [['relevo snapshot delete before-drill', 'its space on the disk becomes free']],
    run: async ([name = ''], options) =>
      (await import('../commands/lifecycle.ts')).deleteSnapshot(context, name, options),
  });
}

function addUpgrade(program: Command, { context, command }: Registrar): void {
  command(program, {
    usage: 'upgrade',
    summary: "machines: give the directors this version's program, without leaving a virtual address alone",
    description:
      "Gives the directors this version's program: standbys first; the master hands its addresses over, and takes them back.",
    examples: [['relevo upgrade', 'after a new version of Relevo was installed']],
    run: async (_args, options) => (await import('../commands/lifecycle.ts')).upgrade(context, options),
  });
}
