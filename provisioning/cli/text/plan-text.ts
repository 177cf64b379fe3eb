import type { Plan } from '../../contract/index.ts';

/** The steps in order, each with its reason. */
export function planText({ lab, testbed, provider, steps }: Plan): string {
  const digits = String(steps.length).length;
  return [
    `To start ${testbed} as lab "${lab}" in ${provider}:`,
    ...steps.flatMap(({ title, reason }, index) => [
      `${String(index + 1).padStart(digits + 2)}. ${title}`,
      `${' '.repeat(digits + 4)}because ${reason}`,
    ]),
    '',
  ].join('\n');
}
