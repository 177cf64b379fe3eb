import type { ListingKind } from './ipvsadm-format.ts';

export type IpvsadmCommand =
  | {
      readonly type: 'list';
      readonly what: ListingKind | 'connections';
      readonly numeric: boolean;
      readonly exact: boolean;
      /** Only this service. */
      readonly service: ServiceSelector | undefined;
    }
  | { readonly type: 'help' }
  | { readonly type: 'refuse'; readonly message: string };

export interface ServiceSelector {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

const listCommands = new Set(['-L', '-l', '--list']);
const helpCommands = new Set(['-h', '--help']);

/** Commands of the real ipvsadm that change the table or ask for what this director does not have yet. */
const laterCommands = new Set([
  ...['-A', '-E', '-D', '-C', '-R', '-S', '-a', '-e', '-d', '-Z'],
  ...['--add-service', '--edit-service', '--delete-service', '--clear', '--restore', '--save'],
  ...['--add-server', '--edit-server', '--delete-server', '--zero', '--set', '--start-daemon', '--stop-daemon'],
]);
const laterListings = new Set([
  '--daemon',
  '--timeout',
  '--persistent-conn',
  '--thresholds',
  '-f',
  '--fwmark-service',
  '-6',
  '--ipv6',
]);

/** Reads ipvsadm's command line; single-letter options may stand together (`-Lcn`). */
export function parseArguments(argv: readonly string[]): IpvsadmCommand {
  const words = argv.flatMap((word) =>
    /^-[^-]./.test(word) ? Array.from(word.slice(1), (letter) => `-${letter}`) : [word],
  );
  const [command = '-L', ...options] = words;
  if (helpCommands.has(command)) return { type: 'help' };
  if (laterCommands.has(command))
    return refuse(`The table comes from the director's configuration: ${command} is not available yet.`);
  if (!listCommands.has(command)) return refuse(`Unknown command '${command}', try 'ipvsadm -h'.`);
  return parseListing(options);
}

function parseListing(words: readonly string[]): IpvsadmCommand {
  let what: ListingKind | 'connections' = 'table';
  let numeric = false;
  let exact = false;
  let service: ServiceSelector | undefined;
  const options = words[Symbol.iterator]();
  for (const option of options) {
    if (option === '-n' || option === '--numeric') numeric = true;
    else if (option === '--exact') exact = true;
    else if (option === '-c' || option === '--connection') what = 'connections';
    else if (option === '--stats') what = 'stats';
    else if (option === '--rate') what = 'rate';
    else if (isServiceOption(option)) {
      const value = options.next().value ?? '';
      service = parseService(option, value);
      if (service === undefined) return refuse(`illegal virtual server address[:port] specified: '${value}'`);
    } else if (laterListings.has(option)) return refuse(`The listing option ${option} is not available yet.`);
    // Everything is sorted; the kernel's own order is not known here.
    else if (option !== '--nosort' && option !== '--sort') return refuse(`Unknown option '${option}' for a listing.`);
  }
  return { type: 'list', what, numeric, exact, service };
}

function isServiceOption(option: string): boolean {
  return ['-t', '--tcp-service', '-u', '--udp-service'].includes(option);
}

function parseService(option: string, value: string): ServiceSelector | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+):(\d{1,5})$/.exec(value);
  if (match === null) return undefined;
  const [, address = '', port = ''] = match;
  const protocol = option === '-t' || option === '--tcp-service' ? 'TCP' : 'UDP';
  return { protocol, address, port: Number(port) };
}

function refuse(message: string): IpvsadmCommand {
  return { type: 'refuse', message };
}
