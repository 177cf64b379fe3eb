import { InvalidArgumentError, Option, type Command } from 'commander';
import { formatNames, type FormatName } from '../config/formats.ts';
import type { Role } from '../config/lvs-cf/failover.ts';

interface CheckFlags {
  readonly json: boolean;
  readonly format?: FormatName;
  readonly role: Role;
}

interface ConvertFlags {
  readonly to: FormatName;
  readonly from?: FormatName;
  readonly role: Role;
  readonly strict: boolean;
}

/** `director check` and `director convert`: what concerns files and no running director. */
export function addConfigurationCommands(root: Command): void {
  const role = () =>
    new Option('--role <role>', 'lvs.cf: for which of the two machines')
      .choices(['primary', 'backup'])
      .default('primary');
  root
    .command('check')
    .description('report every problem of a configuration file of any format')
    .argument('<file>', 'keepalived.conf, ldirectord.cf, lvs.cf, ipvsadm rules or director.yaml')
    .option('--json', 'problems as JSON', false)
    .option('--format <format>', `one of ${formatNames.join(', ')}; found out when left out`, formatName)
    .addOption(role())
    .action(async (file: string, { json, format, role: machine }: CheckFlags) => {
      const { checkFile } = await import('./check.ts');
      process.exitCode = checkFile(file, json, { format, role: machine });
    });
  root
    .command('convert')
    .description('print a configuration file in another format; what that cannot say goes to standard error')
    .argument('<file>', 'a configuration file of any format')
    .requiredOption('--to <format>', `one of ${formatNames.join(', ')}`, formatName)
    .option('--from <format>', 'found out when left out', formatName)
    .option('--strict', 'exit with status 1 when something is lost', false)
    .addOption(role())
    .action(async (file: string, { to, from, role: machine, strict }: ConvertFlags) => {
      const { convertFile } = await import('./convert.ts');
      process.exitCode = convertFile(file, { from, to, role: machine, strict });
    });
}

function formatName(text: string): FormatName {
  const found = formatNames.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`expected one of ${formatNames.join(', ')}`);
  return found;
}
