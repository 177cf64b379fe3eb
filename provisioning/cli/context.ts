import { RelevoError } from '../contract/error.ts';
import type { EngineClient } from '../rpc-client/index.ts';
import { reachEngine } from './engine/reach-engine.ts';
import type { Locations } from './locations.ts';

/** What the options of all commands together can say; which command takes which is in groups/. */
export interface CommandOptions {
  readonly lab?: string;
  readonly json?: boolean;
  readonly advertInterval?: number;
  readonly lines?: number;
  readonly follow?: boolean;
  readonly watch?: boolean;
  readonly interval?: number;
  readonly rate?: number;
  readonly before?: number;
  readonly after?: number;
  readonly moment?: 'after-advert' | 'random';
  readonly heal?: boolean;
  readonly port?: number;
  readonly onDemand?: boolean;
  readonly untilInputEnds?: boolean;
  readonly readyDescriptor?: number;
  readonly print?: boolean;
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly id?: string;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly stack?: string;
  readonly plane?: string;
  readonly provider?: string;
  readonly box?: string;
  readonly internet?: string;
  readonly provision?: boolean;
  /** NETWORK or NETWORK=CIDR, each. */
  readonly renumber?: readonly string[];
}

export interface CommandContext {
  readonly locations: Locations;
  readonly version: string;
}

/** What a command returns: its exit status, success when nothing. */
export type ExitStatus = number | undefined;

/** Runs with a connection, which is closed at the end whatever happens. */
export async function withEngine<T>(
  { locations }: CommandContext,
  run: (client: EngineClient) => Promise<T>,
): Promise<T> {
  const client = await reachEngine(locations);
  try {
    return await run(client);
  } finally {
    client.close();
  }
}

/** The lab that was named, or the only one there is. */
export async function chooseLab(client: EngineClient, name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const labs = await client.call('lab.list', {});
  const [only, ...others] = labs;
  if (only === undefined) throw noLab();
  if (others.length === 0) return only.lab;
  const names = labs.map(({ lab }) => lab).join(', ');
  throw new RelevoError('INVALID_INPUT', `Several labs are running: ${names}.`, { hint: 'Name one with --lab NAME.' });
}

export function noLab(): RelevoError {
  return new RelevoError('UNKNOWN_LAB', 'No lab is running.', { hint: noLabHint() });
}

export function noLabHint(): string {
  if (process.platform !== 'linux') return 'Start one: relevo up tfg --provider virtualbox';
  if (process.getuid?.() === 0) return 'Start one: relevo up tfg';
  return "Labs in namespaces belong to root: sudo relevo status shows root's labs, sudo relevo up tfg starts one.";
}

/** The one document that `--json` promises, or the text for people. */
export function print(options: CommandOptions, value: unknown, text: () => string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}
