import { parseEndpointNames } from '../../../director/cli/ipvsadm/getent.ts';
import { runIpvsadmOn, type IpvsadmSurroundings } from '../../../director/cli/ipvsadm/program.ts';
import { snapshotTable } from '../../../director/engine/ipvs/table-snapshot.ts';
import { ServiceTable } from '../../../director/engine/ipvs/service-table.ts';
import type { TableCommand, TableResult } from '../../../director/api/table.ts';
import type { CommandResult } from '../guest/control.ts';
import { guestServices } from '../guest/start.ts';

let known: readonly string[] | undefined;

/** The guest's lines of /etc/services; it has no other hosts and two network ports. */
function services(): readonly string[] {
  known ??= guestServices()
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  return known;
}

const interfaces = new Set(['lo', 'eth0', 'eth1', 'tunl0']);

export const surroundings: IpvsadmSurroundings = {
  program: 'ipvsadm',
  resolver: {
    hostAddress: () => undefined,
    servicePort: (name, protocol) => {
      const words = services().map((line) => line.split(/\s+/));
      const found = words.find(
        ([first, port, ...aliases]) =>
          port?.endsWith(`/${protocol.toLowerCase()}`) === true && [first, ...aliases].includes(name),
      );
      return found?.[1] === undefined ? undefined : Number.parseInt(found[1], 10);
    },
  },
  names: () => Promise.resolve(parseEndpointNames('', services().join('\n'))),
  input: () => Promise.resolve(''),
};

/** Our `ipvsadm` on a table of its own. */
export class OurCommandLine {
  readonly #table = new ServiceTable();

  async run(words: readonly string[]): Promise<CommandResult> {
    const access = {
      table: () => Promise.resolve(snapshotTable(this.#table)),
      connections: () => Promise.resolve([]),
      execute: (commands: readonly TableCommand[]) =>
        Promise.resolve(commands.map((command) => this.#execute(command))),
    };
    const { exitCode, stdout, stderr } = await runIpvsadmOn(words, access, surroundings);
    return { code: exitCode, stdout, stderr };
  }

  /** What the shell around the engine would find: the interface is not there. */
  #execute(command: TableCommand): TableResult {
    if (command.type === 'start-sync' && !interfaces.has(command.daemon.interface)) {
      return { ok: false, errno: 'ENODEV', message: `There is no interface ${command.daemon.interface}` };
    }
    return this.#table.execute(command, 0);
  }
}
