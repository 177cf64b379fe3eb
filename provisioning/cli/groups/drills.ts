import type { Command } from 'commander';
import { Option } from 'commander';
import type { Registrar } from '../program.ts';
import { positiveNumber } from '../arguments.ts';

/** Commands about drills: a fault, applied while a probe measures, then healed, then reported. */
export function addDrillCommands(program: Command, registrar: Registrar): void {
  const drill = program
    .command('drill')
    .description('run a drill, or look at what earlier ones measured')
    .exitOverride();
  addKillMaster(drill, registrar);
  addReports(drill, registrar);
}

function addKillMaster(drill: Command, { context, command }: Registrar): void {
  command(drill, {
    usage: 'kill-master',
    summary: "cut the master's power while a client keeps asking, and measure the outage",
    description:
      'Requests run at a steady rate from the client throughout; the master is killed without warning; the report tells how long\n' +
      'each service was away, beside what the theory says; then the master is started again. Ctrl-C stops the drill and heals.',
    examples: [
      ['relevo drill kill-master', 'with the usual values'],
      ['relevo drill kill-master --rate 100', 'a finer measurement'],
      ['relevo drill kill-master --moment random', 'at any moment of the advertisement cycle, as in life'],
      ['relevo drill kill-master --no-heal', 'leave the master off'],
    ],
    run: async (_args, options) => (await import('../commands/drill.ts')).runDrill(context, 'kill-master', options),
  })
    .option('--rate <number>', 'requests per second and service', positiveNumber)
    .option('--before <seconds>', 'seconds of measuring before the fault', positiveNumber)
    .option('--after <seconds>', 'seconds of measuring after the service is back', positiveNumber)
    .addOption(new Option('--moment <moment>', 'when the power is cut').choices(['after-advert', 'random']))
    .option('--no-heal', 'do not start the master again');
}

function addReports(drill: Command, { context, command }: Registrar): void {
  command(drill, {
    usage: 'reports',
    summary: 'list what the drills of a lab measured',
    examples: [['relevo drill reports', 'newest last']],
    run: async (_args, options) => (await import('../commands/drill-reports.ts')).drillReports(context, options),
  });
  command(drill, {
    usage: 'show <id>',
    summary: 'show one report in full',
    examples: [['relevo drill show ID', 'an id from "relevo drill reports"']],
    run: async ([id = ''], options) => (await import('../commands/drill-reports.ts')).showReport(context, id, options),
  });
}
