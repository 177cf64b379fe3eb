import { listTestbeds, loadTestbed } from '../../testbeds/load.ts';
import type { LoadOptions, LoadResult } from '../../testbeds/load.ts';
import { nearestWord } from '../../testbeds/nearest-word.ts';
import { renumber } from '../../testbeds/renumber/renumber.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { RelevoError } from '../contract/index.ts';
import type { LabOptions, TestbedSummary } from '../contract/index.ts';
import { ownTestbedsDirectory } from '../discovery/index.ts';
import { listOwnTestbeds, originOf } from '../import/own-testbeds.ts';

/** As the options want it. @throws RelevoError UNKNOWN_TESTBED; INVALID_INPUT for networks that cannot be renumbered so; INVALID_TESTBED with every problem and its place in the file */
export async function getTestbed(id: string, options: LabOptions = {}): Promise<ResolvedTestbed> {
  const result = await load(id, options.advertInterval === undefined ? {} : { advertInterval: options.advertInterval });
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

/** A testbed of the house's, or one that was imported. */
async function load(id: string, options: Pick<LoadOptions, 'advertInterval'>): Promise<LoadResult> {
  const result = await loadTestbed(id, options);
  if (result.kind !== 'unknown') return result;
  const directory = ownTestbedsDirectory();
  const own = await listOwnTestbeds(directory);
  if (own.includes(id)) return loadTestbed(id, { ...options, directory });
  const known = [...result.known, ...own];
  const nearest = nearestWord(id, known);
  return { kind: 'unknown', known, ...(nearest === undefined ? {} : { nearest }) };
}

/** Those that can be loaded; one broken file must not hide the others. */
export async function summarizeTestbeds(): Promise<TestbedSummary[]> {
  const directory = ownTestbedsDirectory();
  const builtIn = await listTestbeds();
  const own = (await listOwnTestbeds(directory)).filter((id) => !builtIn.includes(id));
  const [ours, theirs] = await Promise.all([
    Promise.all(builtIn.map((id) => loadTestbed(id))),
    Promise.all(own.map((id) => loadTestbed(id, { directory }))),
  ]);
  const imported = theirs.map(async (result) => {
    if (result.kind !== 'loaded') return [];
    const origin = await originOf(directory, result.testbed.id);
    return [{ ...summary(result.testbed), ...(origin === undefined ? {} : { origin }) }];
  });
  const loaded = ours.flatMap((result) => (result.kind === 'loaded' ? [summary(result.testbed)] : []));
  return [...loaded, ...(await Promise.all(imported)).flat()];
}

function summary({ id, title, description, source, nodes, networks }: ResolvedTestbed): TestbedSummary {
  return { id, title, description, source, nodes: nodes.length, networks: networks.length };
}
