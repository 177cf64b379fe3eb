import { formatProblem } from '../config/problem.ts';
import type { ParseOptions } from '../config/formats.ts';
import { parseFile } from '../io/load-configuration.ts';

/** Prints every problem of a file; returns the exit status, 1 when the file cannot be used. */
export function checkFile(file: string, json: boolean, options: Pick<ParseOptions, 'format' | 'role'> = {}): number {
  const { configuration, problems } = parseFile(file, options);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (json) print(JSON.stringify({ file, usable: configuration !== undefined, problems }));
  else for (const problem of problems) print(formatProblem(problem));
  if (!json && configuration) {
    const { instances, virtualServers, proxies } = configuration;
    const count = problems.length === 0 ? 'no problems' : `${problems.length} warnings`;
    const what = proxies
      ? `${proxies.proxies.length} frontends, backends and listens`
      : `${instances.length} VRRP instances, ${virtualServers.length} virtual servers`;
    print(`${file}: ${count}; ${what}`);
  }
  return configuration ? 0 : 1;
}
