import { InvalidArgumentError, Option, type Command } from 'commander';
import { formatNames, writableFormatNames, type FormatName, type WritableFormatName } from '../config/formats.ts';
import type { Role } from '../config/lvs-cf/failover.ts';

interface CheckFlags {
  readonly json: boolean;
  readonly format?: FormatName;
  readonly role: Role;
}

interface ConvertFlags {
  readonly to: WritableFormatName;
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
    .argument('<file>', 'keepalived.conf, ldirectord.cf, lvs.cf, ipvsadm rules, director.yaml or haproxy.cfg')
    .option('--json', 'problems as JSON', false)
    .option('--format <format>', `one of ${formatNames.join(', ')}; found out when left out`, oneOf(formatNames))
    .addOption(role())
    .action(async (file: string, { json, format, role: machine }: CheckFlags) => {
      const { checkFile } = await import('./check.ts');
      process.exitCode = checkFile(file, json, { format, role: machine });
    });
  root
    .command('convert')
    .description('print a configuration file in another format; what that cannot say goes to standard error')
    .argument('<file>', 'a configuration file of any format')
    .requiredOption('--to <format>', `one of ${writableFormatNames.join(', ')}`, oneOf(writableFormatNames))
    .option('--from <format>', 'found out when left out', oneOf(formatNames))
    .option('--strict', 'exit with status 1 when something is lost', false)
    .addOption(role())
    .action(async (file: string, { to, from, role: machine, strict }: ConvertFlags) => {
      const { convertFile } = await import('./convert.ts');
      process.exitCode = convertFile(file, { from, to, role: machine, strict });
    });
}

const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string): T => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw new InvalidArgumentError(`expected one of ${names.join(', ')}`);
    return found;
  };
