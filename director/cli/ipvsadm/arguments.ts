import { helpText, versionText } from './help.ts';
import { EXIT_FAILURE, IpvsadmExit, tryHelp, usageError } from './exit.ts';
import { checkOptions, type CommandName, type OptionKind } from './legality.ts';
import { applyModifier } from './modifiers.ts';
import { ipvsadmOptions, isCommandTag, type CommandTag, type Tag } from './options.ts';
import { PoptScanner, unknownOption, type PoptToken } from './popt.ts';
import { parseSchedulerFlags, parseTimeout, type NameResolver } from './values.ts';
import type { IpvsadmRequest } from './request.ts';
import type { ArgumentPlaces } from './places.ts';
import { requestOf } from './table-request.ts';
import { CommandLine } from './command-line.ts';

const commandNames: Readonly<Record<Exclude<CommandTag, 'help' | 'version'>, CommandName>> = {
  'add-service': 'add-service',
  'edit-service': 'edit-service',
  'delete-service': 'delete-service',
  clear: 'flush',
  list: 'list',
  zero: 'zero',
  'add-server': 'add-server',
  'edit-server': 'edit-server',
  'delete-server': 'delete-server',
  set: 'set',
  restore: 'restore',
  save: 'save',
  'start-daemon': 'start-daemon',
  'stop-daemon': 'stop-daemon',
};

const longOptions = [...new Set(ipvsadmOptions.map(({ long }) => `--${long}`))];
const commandOptions = [
  ...new Set(ipvsadmOptions.filter(({ tag }) => isCommandTag(tag)).map(({ long }) => `--${long}`)),
];

/**
 * Reads a command line of ipvsadm 1.31, without the program's name and not empty. Throws IpvsadmExit with what the real one
 * says when the line means nothing, and for -h and --version. `places` hears where its options are.
 */
export function parseArguments(
  argv: readonly string[],
  program: string,
  names: NameResolver,
  places?: ArgumentPlaces,
): IpvsadmRequest {
  const scanner = new PoptScanner<Tag>(argv, ipvsadmOptions);
  const nextToken = (): PoptToken<Tag> | undefined => {
    const token = scanner.next();
    if (token) places?.reached(token.type === 'option' ? token.tag : undefined, scanner.placeOf(token));
    return token;
  };
  const line = new CommandLine(readCommand(nextToken(), program, argv));
  if (line.command === 'start-daemon' || line.command === 'stop-daemon') line.daemon.role = daemonRole(line);
  const given = new Set<OptionKind>();
  for (let token = nextToken(); token !== undefined; token = nextToken()) {
    if (token.type === 'error') throw badOption(token);
    if (isCommandTag(token.tag)) throw usageError(`invalid option \`${scanner.element}'`);
    applyModifier(line, token.tag, token.value, { given, names });
  }
  places?.ended();
  if (line.command === 'set') readTimeouts(line, scanner.words);
  const [unexpected] = scanner.words;
  if (unexpected !== undefined) throw usageError(`unexpected argument ${unexpected}`, { word: unexpected });
  if (line.flagNames !== '')
    line.schedulerFlags = parseSchedulerFlags(line.flagNames, line.scheduler === '' ? 'wlc' : line.scheduler);
  checkOptions(line.command, given);
  return requestOf(line, given);
}

function badOption({ word, message }: PoptToken<Tag> & { type: 'error' }): IpvsadmExit {
  const culprit = message === unknownOption ? { known: longOptions, word } : { word };
  return new IpvsadmExit(EXIT_FAILURE, { stderr: `${word}: ${message}\n` }, { endsLineOnly: true, culprit });
}

function readCommand(
  token: PoptToken<Tag> | undefined,
  program: string,
  [word]: readonly string[],
): { readonly command: CommandName; readonly value: string | undefined } {
  if (token?.type !== 'option' || !isCommandTag(token.tag))
    throw tryHelp(program, { known: commandOptions, ...(word === undefined ? {} : { word }) });
  if (token.tag === 'help') throw new IpvsadmExit(0, { stdout: helpText(program) });
  if (token.tag === 'version') throw new IpvsadmExit(0, { stdout: versionText });
  return { command: commandNames[token.tag], value: token.value };
}

function daemonRole({ command, commandValue }: CommandLine): 'master' | 'backup' {
  if (commandValue === 'master' || commandValue === 'backup') return commandValue;
  throw usageError(
    command === 'start-daemon' ? 'illegal start-daemon parameter specified' : 'illegal start_daemon specified',
    { known: ['master', 'backup'] },
  );
}

/** Takes its three values from the words. */
function readTimeouts(line: CommandLine, words: string[]): void {
  const [tcp, tcpFin, udp] = words.splice(0, 3);
  if (tcp === undefined || tcpFin === undefined || udp === undefined)
    throw usageError('--set option requires 3 timeout values');
  line.timeouts = {
    tcpSeconds: parseTimeout(tcp, 0),
    tcpFinSeconds: parseTimeout(tcpFin, 0),
    udpSeconds: parseTimeout(udp, 0),
  };
}
