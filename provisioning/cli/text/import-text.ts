import type { ImportChange, ImportFinding, ImportResult } from '../../contract/index.ts';

/** What was understood, what was not, and what to do next. */
export function importText(result: ImportResult, directory: string): string {
  const { changes, findings } = result;
  const blocking = findings.filter(({ severity }) => severity === 'error');
  const leftOut = findings.filter(({ severity }) => severity === 'left-out');
  return [
    headline(result, directory),
    ...section('Stands in the way:', blocking.flatMap(findingLines)),
    ...section('Changed since it was exported, and taken over:', changes.map(changeLine)),
    ...section('Not taken over:', leftOut.flatMap(findingLines)),
    ...(result.saved ? ['', `Start it:  relevo up ${result.id}${choices(result)}`] : []),
    '',
  ].join('\n');
}

function headline({ saved, id, nodes, networks, findings }: ImportResult, directory: string): string {
  if (findings.some(({ severity }) => severity === 'error')) return `${directory}: nothing was imported.`;
  const size = `${nodes ?? 0} nodes, ${networks ?? 0} networks`;
  return saved
    ? `${id}: ${size}, imported from ${directory}.`
    : `${directory}: would become the testbed "${id}" (${size}). Nothing was saved.`;
}

/** Boxes are no part of a testbed. */
function choices({ options: { box } }: ImportResult): string {
  return box === 'debian' ? '' : ` (with machines: --provider PROVIDER --box ${box})`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

const words: Readonly<Record<ImportChange['kind'], string>> = {
  'machine-added': 'one machine more',
  'machine-removed': 'one machine less',
  memory: 'memory in MB',
  processors: 'processors',
  title: 'title',
  address: 'address',
  mac: 'MAC address',
  'adapter-added': 'one adapter more',
  'adapter-removed': 'one adapter less',
  'adapter-network': 'network',
  'network-address': 'addresses of the network',
  'network-mtu': 'MTU of the network',
  box: 'box',
  provider: 'providers',
  order: 'order of the start',
  'drill-removed': 'the drill is gone without its machine',
};

function changeLine({ kind, subject, from, to, file, line }: ImportChange): string {
  return `  ${file}:${line}: ${subject}: ${words[kind]}${values(kind, from, to)}`;
}

function values(kind: ImportChange['kind'], from: string | undefined, to: string | undefined): string {
  if (kind === 'machine-added') return ` like ${from ?? ''}: ${to ?? ''}`;
  if (from !== undefined && to !== undefined) return `: ${from} → ${to}`;
  const only = from ?? to;
  return only === undefined ? '' : `: ${only}`;
}

function findingLines({ file, line, column, message, hint }: ImportFinding): string[] {
  return [`  ${file}:${line}:${column}: ${message}`, `    ${hint}`];
}
