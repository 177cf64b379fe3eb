import type { ExportOptions } from '../../exporters/vagrant/options.ts';
import type { Problem } from '../../problem.ts';
import { resolveTestbed } from '../../resolve.ts';
import type { ResolvedTestbed } from '../../resolved.ts';
import { schemaProblems } from '../../schema-problems.ts';
import { testbedSchema } from '../../schema.ts';
import { unresolveTestbed } from '../../unresolve.ts';
import type { WrittenTestbed } from '../../unresolve.ts';
import { addMachines, removeMachines } from './come-and-go.ts';
import { compare, tellOpaque } from './compare.ts';
import { tell } from './draft.ts';
import type { Draft } from './draft.ts';
import { editChoices, editMachines } from './edit-machines.ts';
import { editNetworks } from './edit-networks.ts';
import type { FoundLab } from './model.ts';
import { orderNodes } from './order.ts';
import { readLab } from './read-lab.ts';
import { finding } from './report.ts';
import type { ImportChange, ImportFinding } from './report.ts';
import { sameValue } from './same-value.ts';
import { parseRuby } from './parse-ruby.ts';
import { placeOf } from './where.ts';

/** The Vagrantfile that an export would have: the one truth about what is to be read. */
export type VagrantfileWriter = (
  testbed: ResolvedTestbed,
  options: ExportOptions,
) => { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problems: readonly Problem[] };

export interface FolderToImport {
  /** As it was exported. */
  readonly testbed: ResolvedTestbed;
  readonly options: ExportOptions;
  /** As it is now. */
  readonly vagrantfile: string;
  /** It is still the text that was exported, whichever version wrote it. */
  readonly unchanged: boolean;
  readonly write: VagrantfileWriter;
}

export interface ImportedLab {
  /** Absent when something in the folder stands in the way; the findings say what. */
  readonly testbed?: ResolvedTestbed;
  readonly written?: WrittenTestbed;
  /** What the folder was exported with, and what was changed of it. */
  readonly options: ExportOptions;
  readonly changes: readonly ImportChange[];
  readonly findings: readonly ImportFinding[];
}

/** An exported folder, edited or not, as a testbed. Pure; what is wrong comes back as data, with its place. */
export function importLab(folder: FolderToImport): ImportedLab {
  const { testbed, vagrantfile, unchanged, write } = folder;
  // The testbed may get another name; the lab's name in the folder stays.
  const options = { ...folder.options, lab: folder.options.lab ?? testbed.id };
  const nothing = { options: folder.options, changes: [] };
  const syntax = parseRuby(vagrantfile);
  if (!syntax.ok) {
    const { line, column, message } = syntax;
    return { ...nothing, findings: [finding({ code: 'malformed', problem: message, line, column })] };
  }
  const exported = readWritten(write(testbed, options));
  if ('problems' in exported) return { ...nothing, findings: exported.problems.map((problem) => inMark(problem)) };
  const found = readLab(syntax.statements, syntax.comments);
  const draft: Draft = { testbed, options, found, exported, changes: [], findings: [] };
  tellUnkept(draft);
  if (!unchanged) takeOver(draft);
  return { ...finish(draft, write, unchanged), changes: draft.changes, findings: sorted(draft.findings) };
}

function takeOver(draft: Draft): void {
  editChoices(draft);
  removeMachines(draft);
  editNetworks(draft);
  editMachines(draft);
  addMachines(draft);
  orderNodes(draft);
}

type Finished = Pick<ImportedLab, 'testbed' | 'written' | 'options'>;

function finish(draft: Draft, write: VagrantfileWriter, unchanged: boolean): Finished {
  const { options, findings } = draft;
  const checked = findings.some(({ severity }) => severity === 'error') ? undefined : check(draft);
  if (checked !== undefined && unchanged) return { options, ...checked };
  const wanted = checked === undefined ? undefined : readWritten(write(checked.testbed, options));
  if (wanted !== undefined && !('problems' in wanted)) {
    compare(draft, wanted);
    return { options, ...checked };
  }
  for (const problem of wanted?.problems ?? []) tellInvalid(draft, problem);
  tellOpaque(draft);
  return { options };
}

/** By the same code as every other testbed. */
function check(draft: Draft): { testbed: ResolvedTestbed; written: WrittenTestbed } | undefined {
  const written = unresolveTestbed(draft.testbed);
  const parsed = testbedSchema.safeParse(written.raw);
  if (!parsed.success) {
    for (const problem of schemaProblems(testbedSchema, written.raw, parsed.error.issues)) tellInvalid(draft, problem);
    return undefined;
  }
  const resolution = resolveTestbed(parsed.data, { files: written.files });
  if (!resolution.ok) {
    for (const problem of resolution.problems) tellInvalid(draft, problem);
    return undefined;
  }
  return { testbed: resolution.testbed, written: { ...written, raw: parsed.data } };
}

function readWritten(result: ReturnType<VagrantfileWriter>): FoundLab | { readonly problems: readonly Problem[] } {
  if (!result.ok) return { problems: result.problems };
  const syntax = parseRuby(result.text);
  if (!syntax.ok)
    throw new Error(`The export writes what the import cannot read, in line ${syntax.line}: ${syntax.message}`);
  return readLab(syntax.statements, syntax.comments);
}

/** What a testbed's file cannot say, since an export may come from another version, or from somebody's hand. */
function tellUnkept(draft: Draft): void {
  const { raw, files } = unresolveTestbed(draft.testbed);
  const parsed = testbedSchema.safeParse(raw);
  const again = parsed.success ? resolveTestbed(parsed.data, { files }) : undefined;
  if (again?.ok !== true) return;
  const before = Object.entries(draft.testbed);
  const after = new Map<string, unknown>(Object.entries(again.testbed));
  for (const [key, value] of before) {
    if (sameValue(value, after.get(key))) continue;
    tell(draft, { code: 'not-kept', subject: key, file: 'relevo.json', line: 1, column: 1 });
  }
}

function inMark({ path, message }: Problem): ImportFinding {
  const problem = `${path.join('.')}: ${message}`;
  return finding({ code: 'invalid', problem, file: 'relevo.json', line: 1, column: 1 });
}

function tellInvalid(draft: Draft, { path, message }: Problem): void {
  const place = placeOf(draft, path);
  const problem = `${path.join('.')}: ${message}`;
  const { line, column } = place ?? { line: 1, column: 1 };
  const file = place === undefined ? { file: 'relevo.json' } : {};
  tell(draft, { code: 'invalid', problem, line, column, ...file });
}

function sorted(findings: readonly ImportFinding[]): ImportFinding[] {
  return [...findings].sort(
    (one, other) => rank(one) - rank(other) || one.line - other.line || one.column - other.column,
  );
}

/** What stands in the way comes first. */
function rank({ severity }: ImportFinding): number {
  return severity === 'error' ? 0 : 1;
}
