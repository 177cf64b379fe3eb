import type { RelevoError } from '../../contract/error.ts';

/** What went wrong, where, at which command, why probably, and what to do next. */
export function errorText(error: RelevoError): string {
  const { detail } = error;
  const facts: [string, string | undefined][] = [
    ['lab', detail.lab],
    ['node', detail.node],
    ['step', detail.step],
    ['command', commandFact(detail)],
    ['cause', detail.cause],
  ];
  return [
    `Error: ${error.message}`,
    ...facts
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `  ${`${name}:`.padEnd(9)}${value ?? ''}`),
    ...(detail.output === undefined ? [] : indent(detail.output)),
    ...(detail.problems ?? []).map(({ file, line, column, message }) => `  ${file}:${line}:${column}: ${message}`),
    ...(detail.hint === undefined ? [] : [`Next step: ${detail.hint}`]),
    `(${error.code})`,
    '',
  ].join('\n');
}

function commandFact({ command, exitCode }: RelevoError['detail']): string | undefined {
  if (command === undefined) return undefined;
  return exitCode === undefined ? command : `${command} (exit status ${exitCode})`;
}

const indent = (output: string): string[] =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => `    | ${line}`);
