import { listTestbeds, loadTestbed } from '../../testbeds/load.ts';
import { renumber } from '../../testbeds/renumber/renumber.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/index.ts';
import type { LabOptions, TestbedSummary } from '../contract/index.ts';

/** As the options want it. @throws RelevoError UNKNOWN_TESTBED; INVALID_INPUT for networks that cannot be renumbered so; INVALID_TESTBED with every problem and its place in the file */
export async function getTestbed(id: string, options: LabOptions = {}): Promise<ResolvedTestbed> {
  const result = await loadTestbed(
    id,
    options.advertInterval === undefined ? {} : { advertInterval: options.advertInterval },
  );
  switch (result.kind) {
    case 'loaded':
      return withNumbers(result.testbed, options.renumber);
    case 'unknown': {
      const guess = result.nearest === undefined ? '' : ` Did you mean "${result.nearest}"?`;
      throw new RelevoError('UNKNOWN_TESTBED', `There is no testbed "${id}".${guess}`, {
        hint: `Testbeds: ${result.known.join(', ')}.`,
      });
    }
    case 'invalid':
      throw new RelevoError(
        'INVALID_TESTBED',
        `The file of the testbed "${id}" has ${result.problems.length} problem(s).`,
        {
          problems: result.problems.map(({ file, line, column, message }) => ({ file, line, column, message })),
          hint: 'Mend the file at the places named and try again.',
        },
      );
  }
}

function withNumbers(testbed: ResolvedTestbed, changes: LabOptions['renumber'] = {}): ResolvedTestbed {
  const result = renumber(testbed, changes);
  if (result.ok) return result.testbed;
  throw new RelevoError('INVALID_INPUT', `The networks of "${testbed.id}" cannot be renumbered so.`, {
    output: result.problems.map(({ message }) => message).join('\n'),
    hint: 'Name a private network that is free, or none: "--renumber NETWORK" alone finds one.',
  });
}

/** Those that can be loaded; one broken file must not hide the others. */
export async function summarizeTestbeds(): Promise<TestbedSummary[]> {
  const results = await Promise.all((await listTestbeds()).map((id) => loadTestbed(id)));
  return results.flatMap((result) => (result.kind === 'loaded' ? [summary(result.testbed)] : []));
}

function summary({ id, title, description, source, nodes, networks }: ResolvedTestbed): TestbedSummary {
  return { id, title, description, source, nodes: nodes.length, networks: networks.length };
}
