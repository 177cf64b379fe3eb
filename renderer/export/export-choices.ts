import { labNameSchema } from '../../provisioning/contract/index.ts';
import type { MethodInput } from '../../provisioning/contract/index.ts';
import { boxNamePattern } from '../../testbeds/exporters/vagrant/boxes.ts';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';

/** What the dialog's fields hold. */
export interface ExportChoices extends Pick<ExportOptions, 'stack' | 'provider' | 'internet'> {
  readonly lab: string;
  readonly box: string;
  /** Empty: where the engine would put it. */
  readonly directory: string;
  readonly overwrite: boolean;
}

export function initialChoices(testbed: string): ExportChoices {
  const { stack, provider, internet, box } = exportOptionsSchema.parse({});
  return { stack, provider, internet, box, lab: testbed, directory: '', overwrite: false };
}

export type ExportProblems = Partial<Record<'lab' | 'box' | 'directory', 'invalid'>>;

/** Which fields will not do. A path begins at the root: /home/…, or C:\… where the engine runs on Windows. */
export function exportProblems({ lab, box, directory }: ExportChoices): ExportProblems {
  const path = directory.trim();
  return {
    ...(labNameSchema.safeParse(lab).success ? {} : { lab: 'invalid' }),
    ...(boxNamePattern.test(box) ? {} : { box: 'invalid' }),
    ...(path === '' || /^(\/|[a-z]:[\\/]|\\\\)/i.test(path) ? {} : { directory: 'invalid' }),
  };
}

export function requestOf(testbed: string, choices: ExportChoices): MethodInput<'testbeds.export'> {
  const { directory, overwrite, ...options } = choices;
  const path = directory.trim();
  return { testbed, options, overwrite, ...(path === '' ? {} : { directory: path }) };
}
