import { z } from 'zod';
import type { Path } from './problem.ts';

/** The key words that the schema knows at a path: what an unknown key is compared with. */
export function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  const bare = unwrap(schema);
  const [step, ...rest] = path;
  if (bare instanceof z.ZodUnion) return [...new Set(bare.options.flatMap((option) => knownKeys(option, path)))];
  if (step === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  const next = child(bare, step);
  return next === undefined ? [] : knownKeys(next, rest);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}

function child(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.core.$ZodType>)[step];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}
