import { labNameSchema } from '../../provisioning/contract/index.ts';

/** Why a name cannot be used, or undefined when it can. */
export function checkLabName(name: string, taken: readonly string[]): 'invalid' | 'taken' | undefined {
  if (!labNameSchema.safeParse(name).success) return 'invalid';
  return taken.includes(name) ? 'taken' : undefined;
}

/** The testbed's own name, or with the first number that is free. */
export function suggestLabName(testbed: string, taken: readonly string[]): string {
  if (!taken.includes(testbed)) return testbed;
  for (let number = 2; ; number++) {
    const name = `${testbed}-${number}`;
    if (!taken.includes(name)) return name;
  }
}
