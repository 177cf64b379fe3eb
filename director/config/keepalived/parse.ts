import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { sortProblems } from '../problem.ts';
import { Reader } from '../reader.ts';
import type { ParseResult } from '../result.ts';
import { buildStatements, type Statement } from '../statements.ts';
import { tokenizeLines } from '../tokens.ts';
import { defined } from '../values.ts';
import { checkInstances, checkVirtualServers, joinSyncGroups, type Placed } from './cross-checks.ts';
import { keepalivedDefaults, readGlobalDefs, type GlobalDefaults } from './global-defs.ts';
import { lvsKeywords, type LvsGlobals } from './lvs-globals.ts';
import { preprocess, type Surroundings } from './preprocess.ts';
import { readServiceGroup } from './service-keys.ts';
import { readSsl } from './ssl.ts';
import { readSyncGroup, type SyncGroup } from './sync-group.ts';
import { unsupportedWords } from './unsupported-words.ts';
import { readVirtualServers, type VirtualServerStatement } from './virtual-server.ts';
import { readVrrpInstance } from './vrrp-instance.ts';
import { readTrackFile, readVrrpScript, type Trackables } from './vrrp-tracking.ts';

export type { ParseResult } from '../result.ts';

/** Reads a keepalived.conf; `file` is its name for messages. */
export function parseKeepalived(text: string, file: string, surroundings: Surroundings = {}): ParseResult {
  const source = preprocess(text, file, surroundings);
  const { statements, problems: structure } = buildStatements(tokenizeLines(source.lines), file);
  const reader = new Reader(file, unsupportedWords);
  const configuration = readFile(reader, statements);
  const problems = sortProblems([...source.problems, ...structure, ...reader.problems]);
  const { origins } = reader;
  return problems.some(({ severity }) => severity === 'error')
    ? { problems, origins }
    : { configuration, problems, origins };
}

function readFile(reader: Reader, statements: readonly Statement[]): DirectorConfiguration {
  const outline = readOutline(reader, statements);
  const defaults = { ...keepalivedDefaults };
  const lvs: LvsGlobals = {};
  for (const statement of outline.globals) readGlobalDefs(reader, statement, defaults, lvsKeywords(reader, lvs));
  const trackables = {
    scripts: present(outline.scripts.map((statement) => readVrrpScript(reader, statement))),
    files: present(outline.files.map((statement) => readTrackFile(reader, statement))),
  };
  const instances = outline.instances.flatMap((statement) => {
    const value = readVrrpInstance(reader, statement, defaults, trackables);
    return value === undefined ? [] : [{ at: statement.keyword, value }];
  });
  const serviceGroups = present(outline.serviceGroups.map((statement) => readServiceGroup(reader, statement)));
  const servers: Placed<VirtualServerConfiguration>[] = outline.servers.flatMap((block) =>
    readVirtualServers(reader, block, serviceGroups, trackables.files).map((value) => ({
      at: block.statement.keyword,
      value,
    })),
  );
  const groups = present(outline.groups.map((statement) => readSyncGroup(reader, statement, trackables)));
  checkInstances(reader, instances);
  checkVirtualServers(reader, servers);
  return {
    instances: joinSyncGroups(reader, placeInstances(reader, instances), groups),
    ...defined({ vrrp: vrrpSettings(withoutCheckedFiles(trackables, instances, groups, servers), groups, defaults) }),
    virtualServers: servers.map(({ value }) => value),
    marks: [],
    ...defined({ sync: lvs.sync, timeouts: lvs.timeouts }),
    plane: 'auto',
  };
}

/** A file that only a FILE_CHECK names goes with it. */
function withoutCheckedFiles(
  trackables: Trackables,
  instances: readonly Placed<VrrpInstanceConfiguration>[],
  groups: readonly SyncGroup[],
  servers: readonly Placed<VirtualServerConfiguration>[],
): Trackables {
  const checks = servers.flatMap(({ value }) => value.realServers).flatMap((server) => server.checks);
  const checked = new Set(checks.flatMap((check) => (check.kind === 'FILE_CHECK' ? [check.name] : [])));
  const trackers = [...instances.map(({ value }) => value), ...groups.map(({ configuration }) => configuration)];
  const tracked = new Set(trackers.flatMap(({ track = [] }) => track).map(({ name }) => name));
  const files = trackables.files.filter(({ name }) => !checked.has(name) || tracked.has(name));
  return { ...trackables, files };
}

/** What stands beside the instances; undefined when there is nothing but plain sync groups. */
function vrrpSettings(
  trackables: Trackables,
  groups: readonly SyncGroup[],
  { notifyFifos }: GlobalDefaults,
): DirectorConfiguration['vrrp'] {
  const configurations = groups.map(({ configuration }) => configuration);
  const syncGroups = configurations.filter((group) => Object.keys(group).length > 1);
  const scripts = trackables.scripts.map(({ weight, reverse, ...script }) => script);
  const files = trackables.files.map(({ weight, reverse, ...file }) => file);
  const all = Object.entries({ syncGroups, scripts, files, notifyFifos }).filter(([, list]) => list.length > 0);
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

function placeInstances(
  reader: Reader,
  instances: readonly Placed<VrrpInstanceConfiguration>[],
): VrrpInstanceConfiguration[] {
  return instances.map(({ at, value }) => reader.placed(value, at));
}

/** First pass: what stands at the top level. Defaults may come after their use, and groups before their members. */
function readOutline(reader: Reader, statements: readonly Statement[]) {
  const globals: Statement[] = [];
  const groups: Statement[] = [];
  const instances: Statement[] = [];
  const scripts: Statement[] = [];
  const files: Statement[] = [];
  const serviceGroups: Statement[] = [];
  const servers: VirtualServerStatement[] = [];
  reader.block(statements, 'the file', {
    global_defs: (statement) => globals.push(statement),
    vrrp_sync_group: (statement) => groups.push(statement),
    vrrp_instance: (statement) => instances.push(statement),
    vrrp_script: (statement) => scripts.push(statement),
    track_file: (statement) => files.push(statement),
    // The old name.
    vrrp_track_file: (statement) => files.push(statement),
    SSL: (statement) => readSsl(reader, statement),
    virtual_server_group: (statement) => serviceGroups.push(statement),
    virtual_server: (statement) => servers.push({ statement, extraServers: [] }),
    real_server: (statement) => adoptServer(reader, statement, servers.at(-1)),
  });
  return { globals, groups, instances, scripts, files, serviceGroups, servers };
}

/**
 * keepalived drops a real_server that a brace too many has left outside its virtual_server, and so loses servers that
 * the writer plainly meant. We keep it with the virtual server before it, and say so.
 */
function adoptServer(reader: Reader, statement: Statement, owner: VirtualServerStatement | undefined): void {
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
  owner.extraServers.push(statement);
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}
