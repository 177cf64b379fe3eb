import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbersOnly, ruleReader } from '../../../director/cli/rule-reader.ts';
import { parseConfiguration } from '../../../director/config/formats.ts';
import type { Problem } from '../../../director/config/problem.ts';
import type { Attack, Campaign } from '../campaign.ts';
import { mutateText, oneOf } from '../mutate.ts';
import type { Random } from '../mutate.ts';
import { processorMs } from '../processor-time.ts';

/** Read where the tests are started: in the checkout. */
const corpus = 'test/fuzz/corpus';
const longestMs = 2000;
const options = { readRule: ruleReader(numbersOnly) };

class ConfigurationAttack implements Attack {
  readonly #random: Random;
  readonly #files = readdirSync(corpus).map((name) => ({ name, text: readFileSync(join(corpus, name), 'utf8') }));
  #text = '';

  constructor(random: Random) {
    this.#random = random;
  }

  step(): void {
    const { name, text } = oneOf(this.#random, this.#files);
    // Now and then a file of one format under the name of another.
    const called = this.#random() < 0.05 ? oneOf(this.#random, this.#files).name : name;
    this.#text = mutateText(this.#random, text);
    const begin = processorMs();
    const { configuration, problems } = parseConfiguration(this.#text, called, options);
    const took = processorMs() - begin;
    if (took > longestMs) throw new Error(`Reading took ${took.toFixed(0)} ms`);
    if (configuration === undefined && !problems.some(({ severity }) => severity === 'error'))
      throw new Error('No configuration, and no word of why');
    this.#checkPlaces(problems);
  }

  describe(): string {
    return this.#text;
  }

  verify(): void {
    for (const { name, text } of this.#files) {
      const errors = parseConfiguration(text, name, options).problems.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw new Error(`${name} was good, and now: ${JSON.stringify(errors[0])}`);
    }
  }

  /** Every problem lies in the file. */
  #checkPlaces(problems: readonly Problem[]): void {
    const lines = this.#text.split('\n').length;
    const lost = problems.find(({ line, column }) => line < 1 || line > lines + 1 || column < 1);
    if (lost !== undefined) throw new Error(`A problem at ${lost.line}:${lost.column} of ${lines} lines`);
  }
}

export const configurations: Campaign = {
  steps: { full: 100_000, short: 2000 },
  begin: (random) => new ConfigurationAttack(random),
};
