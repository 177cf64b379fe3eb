import { describe, expect, it } from 'vitest';
import { errorCodeSchema } from '../../provisioning/contract/index.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import gl from './gl.json' with { type: 'json' };

/** Every text by its dotted key. */
function flatten(value: unknown, prefix = ''): Record<string, string> {
  if (typeof value === 'string') return { [prefix]: value };
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(
    entries.flatMap(([key, item]) => Object.entries(flatten(item, prefix === '' ? key : `${prefix}.${key}`))),
  );
}

const spanish = flatten(es);

describe.each([
  ['English', flatten(en)],
  ['Galician', flatten(gl)],
])('the %s texts', (_language, texts) => {
  it('have the same keys as the Spanish ones', () => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(spanish).sort());
  });

  it('have the same placeholders as the Spanish ones', () => {
    const placeholders = (text: string | undefined) =>
      [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    for (const [key, text] of Object.entries(texts)) {
      expect(placeholders(text), key).toEqual(placeholders(spanish[key]));
    }
  });
});

it('no text is empty', () => {
  const all = [en, es, gl].flatMap((texts) => Object.entries(flatten(texts)));
  expect(all.filter(([, text]) => text.trim() === '')).toEqual([]);
});

it('explain every error code of the contract, and no other', () => {
  expect(Object.keys(es.errors.code).sort()).toEqual([...errorCodeSchema.options].sort());
});
