import { assertNever } from '../engine/assert-never.ts';
import { errorMessage } from '../io/errors.ts';
import { requestConnections, requestSnapshot } from './admin-client.ts';
import { readEndpointNames } from './endpoint-names.ts';
import { parseArguments } from './ipvsadm-arguments.ts';
import type { IpvsadmCommand, ServiceSelector } from './ipvsadm-arguments.ts';
import { formatConnections, formatServices, numericNames } from './ipvsadm-format.ts';

/** The real ipvsadm's exit codes for a wrong command line and for what the kernel refuses. */
const USAGE_ERROR = 2;
const KERNEL_ERROR = 255;

const help = `Usage:
  ipvsadm [-L|-l|--list] [options]       the virtual services, their servers and connections
Options:
  --numeric          -n                  addresses and ports as numbers
  --connection       -c                  connection entries
  --stats                                counters
  --rate                                 rates per second
  --exact                                counters in full
  --tcp-service      -t ADDRESS:PORT     only this service
  --udp-service      -u ADDRESS:PORT     only this service
  --nosort                               accepted; the listing is always sorted
The table follows the director's configuration.
`;

/** `ipvsadm` on a node: prints the director's table in the real format. Resolves to the exit code. */
export async function runIpvsadm(argv: readonly string[]): Promise<number> {
  const command = parseArguments(argv);
  switch (command.type) {
    case 'help':
      process.stdout.write(help);
      return 0;
    case 'refuse':
      process.stderr.write(`${command.message}\n`);
      return USAGE_ERROR;
    case 'list':
      return list(command);
    default:
      return assertNever(command);
  }
}

async function list(command: IpvsadmCommand & { type: 'list' }): Promise<number> {
  try {
    process.stdout.write(await listing(command));
    return 0;
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    return KERNEL_ERROR;
  }
}

async function listing({ what, numeric, exact, service }: IpvsadmCommand & { type: 'list' }): Promise<string> {
  const names = numeric ? numericNames : readEndpointNames();
  if (what === 'connections') return formatConnections(await requestConnections(), names);
  const { services } = await requestSnapshot();
  const selected = service === undefined ? services : services.filter((one) => isSelected(one, service));
  if (service !== undefined && selected.length === 0) throw new Error('No such service');
  return formatServices(selected, { kind: what, exact, names });
}

function isSelected(service: ServiceSelector, selector: ServiceSelector): boolean {
  return (
    service.protocol === selector.protocol && service.address === selector.address && service.port === selector.port
  );
}
