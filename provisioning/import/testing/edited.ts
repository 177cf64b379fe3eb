import { exportOptionsSchema } from '../../../testbeds/exporters/vagrant/options.ts';
import type { ExportOptions } from '../../../testbeds/exporters/vagrant/options.ts';
import { importLab } from '../../../testbeds/importers/vagrant/import-lab.ts';
import type { ImportedLab } from '../../../testbeds/importers/vagrant/import-lab.ts';
import type { ResolvedNode, ResolvedTestbed } from '../../../testbeds/resolved.ts';
import { testbedNamed } from '../../recipes/fixtures/recipes-of.ts';
import { writeVagrantfile } from '../write-vagrantfile.ts';

/** Exported folders, edited as people edit them. */

export const tfg = await testbedNamed('tfg');
export const direct = await testbedNamed('direct');
export const quick = await testbedNamed('tfg', { advertInterval: 0.1 });

export type Wishes = Partial<ExportOptions>;
export type Edit = (text: string) => string;

export function exported(testbed: ResolvedTestbed, wishes: Wishes): string {
  const result = writeVagrantfile(testbed, exportOptionsSchema.parse(wishes));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.text;
}

export function importOf(edit: Edit, wishes: Wishes = { provider: 'libvirt' }, testbed = tfg): ImportedLab {
  const text = exported(testbed, wishes);
  const vagrantfile = edit(text);
  const options = exportOptionsSchema.parse(wishes);
  return importLab({ testbed, options, vagrantfile, unchanged: vagrantfile === text, write: writeVagrantfile });
}

/** Fails when the edit changes nothing. */
export function replaced(from: string | RegExp, to: string): Edit {
  return (text) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`There is no ${String(from)}.`);
    return changed;
  };
}

export function blockOf(text: string, machine: string): string {
  const found = new RegExp(`  config\\.vm\\.define "${machine}" do[^]*?\\n  end\\n`).exec(text)?.[0];
  if (found === undefined) throw new Error(`There is no machine ${machine}.`);
  return found;
}

export const inBlock =
  (machine: string, edit: Edit): Edit =>
  (text) => {
    const block = blockOf(text, machine);
    return text.replace(block, () => edit(block));
  };

export const all =
  (...edits: Edit[]): Edit =>
  (text) =>
    edits.reduce((result, edit) => edit(result), text);

export const every =
  (from: string, to: string): Edit =>
  (text) =>
    text.replaceAll(from, to);

export function nodeOf({ testbed }: ImportedLab, name: string): ResolvedNode | undefined {
  return testbed?.nodes.find((node) => node.name === name);
}

export const told = ({ findings }: ImportedLab): string[] =>
  findings.map(({ code, line, subject }) => `${code} ${line} ${subject ?? ''}`.trim());

export const codes = ({ findings }: ImportedLab): string[] => findings.map(({ code }) => code);

export const changed = ({ changes }: ImportedLab): string[] =>
  changes.map(({ kind, subject, from = '', to = '' }) => `${kind} ${subject}: ${from} → ${to}`);

export const relaid: Edit = all(
  every('  config.vm.define', '\n    # a remark\n  config.vm.define'),
  every('\n', '\r\n'),
);

export const web4: Edit = (text) =>
  blockOf(text, 'web3')
    .replaceAll('web3', 'web4')
    .replace('10.0.100.4', '10.0.100.8')
    .replace(
      /(mac: ")[^"]*/,
      (_, key: string) => `${key}${text.includes('libvirt__mtu') ? '08:00:27:01:01:08' : '080027010108'}`,
    );
