import type { ConnectionSnapshot, TableSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import { parseAddress, sameAddress } from '../../engine/address.ts';
import { assertNever } from '../../engine/assert-never.ts';
import { parseArguments } from './arguments.ts';
import { formatConnections } from './connections.ts';
import { numericNames, type EndpointNames } from './endpoint.ts';
import { EXIT_FAILURE, IpvsadmExit, tryHelp } from './exit.ts';
import { formatDaemons, formatOneService, formatTable, formatTimeouts, type Listing } from './format.ts';
import { kernelMessage } from './kernel-messages.ts';
import { plainFormat, type IpvsadmRequest, type ListingFormat, type NamedService } from './request.ts';
import { restoreLines } from './restore-lines.ts';
import { formatRules } from './save.ts';
import type { NameResolver } from './values.ts';

/** The table behind an ipvsadm: a running director, or a table in this process. */
export interface TableAccess {
  table(): Promise<TableSnapshot>;
  connections(): Promise<readonly ConnectionSnapshot[]>;
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]>;
}

export interface IpvsadmSurroundings {
  /** As it was called; its messages name it. */
  readonly program: string;
  readonly resolver: NameResolver;
  /** The names of what is about to be printed; asked only without -n. */
  names(addresses: readonly string[]): Promise<EndpointNames>;
  /** All of standard input; asked by -R only. */
  input(): Promise<string>;
}

export interface IpvsadmOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * One call of ipvsadm 1.31. `argv` is without the program's name. What it does to the table and what it prints is what the
 * real one would do and print with a kernel that answers as `access` does.
 */
export async function runIpvsadmOn(
  argv: readonly string[],
  access: TableAccess,
  surroundings: IpvsadmSurroundings,
): Promise<IpvsadmOutcome> {
  const call = new IpvsadmCall(access, surroundings);
  try {
    const exitCode =
      argv.length === 0
        ? await call.perform({ type: 'list', format: plainFormat })
        : await call.perform(parseArguments(argv, surroundings.program, surroundings.resolver));
    return { ...call.streams, exitCode };
  } catch (error) {
    if (!(error instanceof IpvsadmExit)) throw error;
    const { stdout, stderr } = call.streams;
    return { exitCode: error.exitCode, stdout: stdout + error.stdout, stderr: stderr + error.stderr };
  }
}

class IpvsadmCall {
  readonly #access: TableAccess;
  readonly #surroundings: IpvsadmSurroundings;
  #stdout = '';
  #stderr = '';

  constructor(access: TableAccess, surroundings: IpvsadmSurroundings) {
    this.#access = access;
    this.#surroundings = surroundings;
  }

  get streams(): Pick<IpvsadmOutcome, 'stdout' | 'stderr'> {
    return { stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Resolves to the exit code; rejects with IpvsadmExit where the real one leaves at once. */
  async perform(request: IpvsadmRequest): Promise<number> {
    switch (request.type) {
      case 'list':
        this.#stdout += await this.#list(request.format, request.service);
        return 0;
      case 'list-connections':
        this.#stdout += await this.#listConnections(request.format);
        return 0;
      case 'list-timeouts':
        this.#stdout += formatTimeouts((await this.#access.table()).timeouts);
        return 0;
      case 'list-daemons':
        this.#stdout += formatDaemons((await this.#access.table()).syncDaemons);
        return 0;
      case 'save': {
        const { services } = await this.#access.table();
        this.#stdout += formatRules(services, await this.#listing(request.format, services));
        return 0;
      }
      case 'execute':
        return this.#execute([request.command]);
      case 'idle-engine':
        return this.#refuseEngine(request.command);
      case 'sctp':
        return this.#complain(
          kernelMessage(request.command, request.command === 'add-service' ? 'EPROTONOSUPPORT' : 'ESRCH'),
        );
      case 'restore':
        return this.#restore();
      default:
        return assertNever(request);
    }
  }

  /** There is no persistence engine; but whether the service is there counts first, as in the kernel. */
  async #refuseEngine({ type, service }: TableCommand & { type: 'add-service' | 'edit-service' }): Promise<number> {
    const isThere = (await this.#access.table()).services.some((candidate) => isSame(candidate, service));
    if (type === 'add-service') return this.#complain(kernelMessage(type, isThere ? 'EEXIST' : 'ENOENT'));
    return this.#complain(kernelMessage(type, isThere ? 'ENOENT' : 'ESRCH'));
  }

  #complain(message: string): number {
    this.#stderr += `${message}\n`;
    return EXIT_FAILURE;
  }

  /** Every line is obeyed; the exit code is that of the last one, and a line that means nothing ends it all. */
  async #restore(): Promise<number> {
    const { program, resolver } = this.#surroundings;
    let exitCode = 0;
    // Together as far as they go: a table of a thousand lines is one request.
    let commands: TableCommand[] = [];
    const flush = async (): Promise<void> => {
      if (commands.length > 0) exitCode = await this.#execute(commands);
      commands = [];
    };
    for (const words of restoreLines(await this.#surroundings.input())) {
      const request = await this.#parseLine(() => parseArguments(words, program, resolver), flush);
      if (request === undefined) exitCode = EXIT_FAILURE;
      else if (request.type === 'restore') throw await flush().then(() => tryHelp(program));
      else if (request.type === 'execute') commands.push(request.command);
      else {
        await flush();
        exitCode = await this.perform(request);
      }
    }
    await flush();
    return exitCode;
  }

  /** Undefined for a line whose options popt did not understand: the next line goes on. */
  async #parseLine(parse: () => IpvsadmRequest, flush: () => Promise<void>): Promise<IpvsadmRequest | undefined> {
    try {
      return parse();
    } catch (error) {
      await flush();
      if (!(error instanceof IpvsadmExit) || !error.endsLineOnly) throw error;
      this.#stderr += error.stderr;
      return undefined;
    }
  }

  /** Resolves to the exit code that the last command gives. */
  async #execute(commands: readonly TableCommand[]): Promise<number> {
    const results = await this.#access.execute(commands);
    let exitCode = 0;
    for (const [index, command] of commands.entries()) {
      const result = results[index];
      exitCode = result === undefined || result.ok ? 0 : this.#complain(kernelMessage(command.type, result.errno));
    }
    return exitCode;
  }

  async #list(format: ListingFormat, selected: NamedService | undefined): Promise<string> {
    const table = await this.#access.table();
    if (selected === undefined) return formatTable(table, await this.#listing(format, table.services));
    const service = table.services.find((candidate) => selected !== 'sctp' && isSame(candidate, selected));
    if (service === undefined) throw new IpvsadmExit(1, { stderr: `${kernelMessage('list-service', 'ESRCH')}\n` });
    return formatOneService(service, await this.#listing(format, [service]));
  }

  async #listConnections(format: ListingFormat): Promise<string> {
    const connections = await this.#access.connections();
    const addresses = connections.flatMap((one) => [one.clientAddress, one.virtualAddress, one.serverAddress]);
    return formatConnections(connections, { format, names: await this.#names(format, addresses) });
  }

  async #listing(format: ListingFormat, services: readonly VirtualServiceSnapshot[]): Promise<Listing> {
    const addresses = services.flatMap(({ protocol, address, realServers }) => [
      ...(protocol === 'FWM' ? [] : [address]),
      ...realServers.map((server) => server.address),
    ]);
    return { format, names: await this.#names(format, addresses) };
  }

  #names(format: ListingFormat, addresses: readonly string[]): Promise<EndpointNames> {
    if (format.numeric) return Promise.resolve(numericNames);
    return this.#surroundings.names([...new Set(addresses)]);
  }
}

function isSame(service: VirtualServiceSnapshot, wanted: Exclude<NamedService, 'sctp'>): boolean {
  if (service.protocol !== wanted.protocol || service.port !== wanted.port || service.mark !== wanted.mark)
    return false;
  const [left, right] = [parseAddress(service.address), parseAddress(wanted.address)];
  return left !== undefined && right !== undefined && sameAddress(left, right);
}
