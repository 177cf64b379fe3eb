import { createHash } from 'node:crypto';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';
import type { MachineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import { planMachines, vagrantfile } from '../../testbeds/exporters/vagrant/vagrantfile.ts';
import type { Provisioner } from '../../testbeds/exporters/vagrant/vagrantfile.ts';
import type { Problem } from '../../testbeds/problem.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { checksFor } from '../checks/index.ts';
import { recipesFor, renderMachineScript } from '../recipes/index.ts';
import type { Recipe, RecipeContext } from '../recipes/index.ts';
import { exportMarkPath } from './mark.ts';
import type { ExportMark } from './mark.ts';
import { readme } from './readme.ts';
import { verifyScript } from './verify.ts';

/** A file of the folder: text with line ends as they are, or one of the files that come with Relevo. */
export type ExportedFile = { readonly path: string; readonly mode: number } & (
  { readonly kind: 'text'; readonly content: string } | { readonly kind: 'asset'; readonly asset: 'director' }
);

export interface ExportRequest {
  readonly testbed: ResolvedTestbed;
  readonly options: ExportOptions;
  readonly keys: RecipeContext['keys'];
  /** Relevo's own. */
  readonly version: string;
}

export type ExportResult =
  | { readonly ok: true; readonly lab: MachineLab; readonly files: readonly ExportedFile[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const PLAIN = 0o644;
const PROGRAM = 0o755;
/** Scripts that hold keys are for their owner only. */
const PRIVATE = 0o700;
const directorPath = 'director/director';

/** The folder that needs nothing of ours. Pure: the same request gives the same files. */
export function exportFolder(request: ExportRequest): ExportResult {
  const { testbed, options } = request;
  const planned = planMachines(testbed, options);
  if (!planned.ok) return planned;
  const { lab } = planned;
  const recipes = recipesFor(lab.testbed, machineContext(request));
  const files = [
    text('Vagrantfile', vagrantfile(lab, provisionersOf(recipes))),
    text('README.md', readme(lab, options)),
    text('verify.sh', verifyScript(lab, verifiedBy(lab, options)), PROGRAM),
    ...recipes.map((recipe) => text(scriptPath(recipe.node), machineScript(lab, recipe), PRIVATE)),
    ...assetsOf(recipes),
    // A checkout on Windows must not turn the ends of the scripts' lines round.
    text('.gitattributes', '* text eol=lf\ndirector/director binary\n'),
    text('.gitignore', '.vagrant/\n'),
  ];
  return { ok: true, lab, files: [...files, markFile(request, files)] };
}

function machineContext({ testbed, options, keys }: ExportRequest): RecipeContext {
  return {
    sharing: testbed.differences.vagrant.sharing.kind,
    init: 'systemd',
    stack: options.stack,
    plane: options.plane,
    keys,
  };
}

function verifiedBy({ testbed }: MachineLab, { stack, internet }: ExportOptions) {
  return checksFor(testbed, { stack, internet, provider: 'vagrant' });
}

function text(path: string, content: string, mode = PLAIN): ExportedFile & { kind: 'text' } {
  return { kind: 'text', path, content, mode };
}

function scriptPath(node: string): string {
  return `provision/${node}.sh`;
}

function machineScript({ testbed }: MachineLab, recipe: Recipe): string {
  const { title, source } = testbed;
  return renderMachineScript(
    recipe,
    'readable',
    `Of the lab "${title.en}", after "${source.title}" (${source.author}).`,
  );
}

function provisionersOf(recipes: readonly Recipe[]): ReadonlyMap<string, readonly Provisioner[]> {
  return new Map(
    recipes.map(({ node, uploads }) => [
      node,
      [
        ...uploads.map(({ path }) => ({ kind: 'file' as const, source: directorPath, destination: path })),
        { kind: 'shell' as const, name: node, path: scriptPath(node) },
      ],
    ]),
  );
}

function assetsOf(recipes: readonly Recipe[]): ExportedFile[] {
  const used = recipes.some(({ uploads }) => uploads.length > 0);
  return used ? [{ kind: 'asset', asset: 'director', path: directorPath, mode: PROGRAM }] : [];
}

function markFile({ testbed, options, version }: ExportRequest, files: readonly ExportedFile[]): ExportedFile {
  const mark: ExportMark = {
    format: 'relevo-export',
    version: 1,
    relevo: version,
    options,
    files: files.map((file) =>
      file.kind === 'text'
        ? { path: file.path, sha256: createHash('sha256').update(file.content).digest('hex') }
        : { path: file.path },
    ),
    testbed,
  };
  return text(exportMarkPath, `${JSON.stringify(mark, null, 2)}\n`);
}
