import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkSchema } from '../config/yaml/check-schema.ts';

/** The tables of checks in the documentation say what the schema does: every key of every kind, with its default. */
const page = readFileSync(new URL('../../docs/director/configuration.md', import.meta.url), 'utf8');
const section = page.split('\n### Checks\n')[1]?.split('\n### ')[0] ?? '';

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function cell(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodDefault) return `\`${JSON.stringify(schema.def.defaultValue)}\``;
  return schema instanceof z.ZodOptional ? 'none' : 'required';
}

function inner(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return inner(schema.def.innerType);
  return schema instanceof z.ZodArray ? schema.element : schema;
}

/** `key default`, sorted; keys of objects within as well, after their own name. */
function keysOf(shape: Shape, prefix = ''): string[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const within = inner(schema);
    const row = `${prefix}${key} ${cell(schema)}`;
    return within instanceof z.ZodObject ? [row, ...keysOf(within.shape, `${prefix}${key}.`)] : [row];
  });
}

function fromSchema(): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  for (const { shape } of checkSchema.options) {
    const { kind, ...keys } = shape as Shape;
    const names = kind instanceof z.ZodLiteral ? [...kind.values] : kind instanceof z.ZodEnum ? kind.options : [];
    for (const name of names) kinds[String(name)] = keysOf(keys).sort();
  }
  return kinds;
}

/** Rows `| kinds | key | default | meaning |`; the kinds stand in the first row of each group. */
function fromPage(): Record<string, string[]> {
  const kinds: Record<string, Map<string, string>> = {};
  let current: string[] = [];
  const rows = [...section.matchAll(/^\| (.*?) +\| (`[\w.]+`) +\| (.*?) +\| .+ \|$/gm)];
  const kindsIn = (who: string): string[] => [...who.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name);
  const listed = rows.flatMap(([, who = '']) => kindsIn(who));
  for (const [, who = '', key = '', given = ''] of rows) {
    if (who === 'all') current = listed;
    else if (who.trim() !== '') current = kindsIn(who);
    for (const name of current) (kinds[name] ??= new Map()).set(key.slice(1, -1), given);
  }
  return Object.fromEntries(
    Object.entries(kinds).map(([name, keys]) => [name, [...keys].map(([key, given]) => `${key} ${given}`).sort()]),
  );
}

it('every kind of check, with its keys and defaults', () => {
  const schema = fromSchema();
  expect(Object.keys(schema).length).toBeGreaterThan(10);
  expect(fromPage()).toEqual(schema);
});
