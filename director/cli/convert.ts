import { convert, type FormatName, type ParseOptions, type WritableFormatName } from '../config/formats.ts';
import { formatProblem } from '../config/problem.ts';
import type { Loss, Origins } from '../config/result.ts';
import { DirectorError } from '../io/errors.ts';
import { parseFile } from '../io/load-configuration.ts';
import { numbersOnly, ruleReader } from './rule-reader.ts';

export interface ConvertOptions extends Pick<ParseOptions, 'role'> {
  readonly from: FormatName | undefined;
  readonly to: WritableFormatName;
  /** What cannot be said makes the exit status 1. */
  readonly strict: boolean;
}

/**
 * Prints a file in another format; what that format cannot say goes to standard error, each with the place that it came
 * from. Returns the exit status. Throws DirectorError `config-unreadable` or `conversion-failed`.
 */
export function convertFile(file: string, { from, to, role, strict }: ConvertOptions): number {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const { configuration, problems, origins } = parseFile(file, { format: from, role });
  for (const problem of problems) tell(formatProblem(problem));
  if (!configuration) return 1;
  if (configuration.proxies)
    throw new DirectorError('conversion-failed', `${file} is about layer 7, which only haproxy.cfg has words for.`);
  const { text, losses, problems: ours } = convert(configuration, to, ruleReader(numbersOnly));
  const [mistake] = ours;
  if (mistake)
    throw new DirectorError('conversion-failed', `The text for ${to} would not be accepted: ${formatProblem(mistake)}`);
  process.stdout.write(text);
  for (const loss of losses) tell(formatLoss(loss, file, origins));
  return strict && losses.length > 0 ? 1 : 0;
}

/** `keepalived.conf:12:5: lost: DNS_CHECK of 10.0.0.2: keepalived has no such check` */
function formatLoss({ what, why, part }: Loss, file: string, origins: Origins): string {
  const place = part && origins.get(part);
  const where = place ? `${place.file}:${place.line}:${place.column}` : file;
  return `${where}: lost: ${what}: ${why}`;
}
