import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import type { Problem } from '../problem.ts';
import { Reader } from '../reader.ts';
import { buildStatements, type Statement } from '../statements.ts';
import { tokenize } from '../tokens.ts';
import { checkInstances, checkVirtualServers, joinSyncGroups, type Placed } from './cross-checks.ts';
import { keepalivedDefaults, readGlobalDefs } from './global-defs.ts';
import { readSyncGroup } from './sync-group.ts';
import { unsupportedWords } from './unsupported-words.ts';
import { readVirtualServer, type VirtualServerDraft } from './virtual-server.ts';
import { readVrrpInstance } from './vrrp-instance.ts';

export interface ParseResult {
  /** Absent when any problem is an error. */
  readonly configuration?: DirectorConfiguration;
  /** All of them, in the order of the file. */
  readonly problems: readonly Problem[];
}

/** Reads a keepalived.conf; `file` is its name for messages. */
export function parseKeepalived(text: string, file: string): ParseResult {
  const { statements, problems: structure } = buildStatements(tokenize(text), file);
  const reader = new Reader(file, unsupportedWords);
  const configuration = readFile(reader, statements);
  const problems = [...structure, ...reader.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { configuration, problems };
}

function readFile(reader: Reader, statements: readonly Statement[]): DirectorConfiguration {
  const outline = readOutline(reader, statements);
  const defaults = { ...keepalivedDefaults };
  for (const statement of outline.globals) readGlobalDefs(reader, statement, defaults);
  const instances = placed(outline.instances, (statement) => readVrrpInstance(reader, statement, defaults));
  const servers = placed(
    outline.servers,
    (draft) => readVirtualServer(reader, draft),
    ({ statement }) => statement,
  );
  const groups = outline.groups
    .map((statement) => readSyncGroup(reader, statement))
    .filter((group) => group !== undefined);
  checkInstances(reader, instances);
  checkVirtualServers(reader, servers);
  return {
    instances: joinSyncGroups(reader, values<VrrpInstanceConfiguration>(instances), groups),
    virtualServers: values<VirtualServerConfiguration>(servers),
  };
}

/** First pass: what stands at the top level. Defaults may come after their use, and groups before their members. */
function readOutline(reader: Reader, statements: readonly Statement[]) {
  const globals: Statement[] = [];
  const groups: Statement[] = [];
  const instances: Statement[] = [];
  const servers: VirtualServerDraft[] = [];
  reader.block(statements, 'the file', {
    global_defs: (statement) => globals.push(statement),
    vrrp_sync_group: (statement) => groups.push(statement),
    vrrp_instance: (statement) => instances.push(statement),
    virtual_server: (statement) => servers.push({ statement, serverStatements: [] }),
    real_server: (statement) => adoptServer(reader, statement, servers.at(-1)),
  });
  return { globals, groups, instances, servers };
}

/**
 * keepalived drops a real_server that a brace too many has left outside its virtual_server, and so loses servers that
 * the writer plainly meant. We keep it with the virtual server before it, and say so.
 */
function adoptServer(reader: Reader, statement: Statement, owner: VirtualServerDraft | undefined): void {
  if (!owner) {
    reader.error(statement.keyword, 'a real_server outside a virtual_server', {
      expected: 'virtual_server { … } around it',
    });
    return;
  }
  const [address, port] = owner.statement.parameters;
  const service = `${address?.text ?? ''} ${port?.text ?? ''}`;
  reader.warn(
    statement.keyword,
    `a real_server outside a virtual_server counts as part of the one before it, ${service}`,
  );
  owner.serverStatements.push(statement);
}

function placed<S, T>(
  sources: readonly S[],
  read: (source: S) => T | undefined,
  statementOf: (source: S) => Statement = (source) => source as Statement,
): Placed<T>[] {
  return sources.flatMap((source) => {
    const value = read(source);
    return value === undefined ? [] : [{ at: statementOf(source).keyword, value }];
  });
}

function values<T>(placedValues: readonly Placed<T>[]): T[] {
  return placedValues.map(({ value }) => value);
}
