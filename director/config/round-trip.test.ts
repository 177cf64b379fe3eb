import { describe, expect, it } from 'vitest';
import { numbersOnly, ruleReader } from '../cli/rule-reader.ts';
import { convert, writableFormatNames, parseConfiguration } from './formats.ts';
import { Dice, randomModel } from './random-model.ts';

const readRule = ruleReader(numbersOnly);
const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe.each(writableFormatNames)('%s', { timeout: 60_000 }, (format) => {
  it('says all of a model that it has words for, and reads it back the same', () => {
    for (const seed of seeds) {
      const model = randomModel(new Dice(seed), format);
      const { text, losses, problems } = convert(model, format, readRule);
      expect({ seed, losses, problems }, text).toEqual({ seed, losses: [], problems: [] });
      const again = parseConfiguration(text, `x.${format}`, { format, readRule });
      expect(again.configuration, `seed ${seed}\n${text}`).toEqual(model);
    }
  });

  it('makes of any model something that it can say in full', () => {
    for (const seed of seeds) {
      const model = randomModel(new Dice(seed), 'yaml');
      const first = convert(model, format, readRule);
      expect({ seed, problems: first.problems }, first.text).toEqual({ seed, problems: [] });
      const projected = parseConfiguration(first.text, 'x', { format, readRule }).configuration;
      if (!projected) throw new Error(`seed ${seed} cannot be read:\n${first.text}`);
      const second = convert(projected, format, readRule);
      expect({ seed, losses: second.losses }, second.text).toEqual({ seed, losses: [] });
    }
  });
});

it('tells what is lost, with its part and the reason', () => {
  const model = randomModel(new Dice(3), 'yaml');
  const { losses } = convert({ ...model, plane: 'packet' }, 'keepalived', readRule);
  expect(losses).toContainEqual({ what: 'plane packet', why: 'keepalived knows only the kernel' });
});
