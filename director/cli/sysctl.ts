import { nearestWord } from '../config/nearest-word.ts';
import { sysctlRemark } from '../engine/ipvs/sysctls.ts';
import { DirectorError } from '../io/errors.ts';

type Sysctls = Readonly<Record<string, readonly number[]>>;

/** One word of the command line: a name, with the numbers that it is to have. */
export interface SysctlRequest {
  readonly name: string;
  readonly values?: readonly number[];
}

const PREFIX = 'net.ipv4.vs.';

/** `NAME` or `NAME=VALUE`, with or without `net.ipv4.vs.`. Throws DirectorError `bad-sysctl` with the nearest name. */
export function parseSysctl(word: string, known: Sysctls): SysctlRequest {
  const [left = '', ...rest] = word.split('=');
  const written = left.trim().replaceAll('/', '.');
  const name = written.startsWith(PREFIX) ? written.slice(PREFIX.length) : written;
  if (known[name] === undefined) {
    const nearest = nearestWord(name, Object.keys(known));
    const hint = nearest === undefined ? '"director sysctl -a" lists all' : `did you mean "${nearest}"?`;
    throw new DirectorError('bad-sysctl', `There is no sysctl ${PREFIX}${name}; ${hint}`);
  }
  if (rest.length === 0) return { name };
  const value = rest.join('=').trim();
  const values = value.split(/[\s,]+/).map(Number);
  if (value === '' || !values.every(Number.isInteger))
    throw new DirectorError('bad-sysctl', `"${value}" is no value of ${PREFIX}${name}: whole numbers are expected`);
  return { name, values };
}

/** As sysctl(8) prints it; several numbers have tabs between them, as in /proc/sys. */
export function formatSysctl(name: string, values: readonly number[], isBare: boolean): string {
  return `${isBare ? '' : `${PREFIX}${name} = `}${values.join('\t')}`;
}

export interface SysctlOptions {
  readonly all: boolean;
  readonly values: boolean;
}

/** What `director sysctl` prints and notes, after it has set what is to be set. */
export async function runSysctl(words: readonly string[], { all, values: isBare }: SysctlOptions): Promise<void> {
  const { requestExecution, requestSnapshot, requestTable } = await import('./admin-client.ts');
  const known = (await requestTable()).sysctls;
  const requests = all
    ? Object.keys(known)
        .sort()
        .map((name) => ({ name }))
    : words.map((word) => parseSysctl(word, known));
  if (requests.length === 0) throw new DirectorError('bad-sysctl', 'Give a NAME, NAME=VALUE, or -a for all');
  const { plane } = await requestSnapshot();
  for (const { name, values } of requests as SysctlRequest[]) {
    if (values !== undefined) {
      const [result] = await requestExecution([{ type: 'set-sysctl', name, value: [...values] }]);
      if (result?.ok === false) throw new DirectorError('bad-sysctl', result.message);
      const remark = plane.name === 'ipvs' ? undefined : sysctlRemark(name, values);
      if (remark !== undefined) process.stderr.write(`director: ${remark}\n`);
    }
    const present = values === undefined ? known[name] : (await requestTable()).sysctls[name];
    process.stdout.write(`${formatSysctl(name, present ?? [], isBare)}\n`);
  }
}
