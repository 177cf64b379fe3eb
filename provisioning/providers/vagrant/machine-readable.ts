/**
 * What `vagrant --machine-readable` prints (https://developer.hashicorp.com/vagrant/docs/cli/machine-readable): lines of
 * timestamp, target, type and data, separated by commas; commas and line ends within data are escaped.
 */
export interface VagrantLine {
  /** A machine's name; empty when the line is about none. */
  readonly target: string;
  readonly type: string;
  readonly data: readonly string[];
}

/** Undefined for a line that is no such record: Ruby's own warnings come in between. */
export function parseVagrantLine(line: string): VagrantLine | undefined {
  const [timestamp = '', target, type, ...data] = line.split(',');
  if (!/^\d+$/.test(timestamp) || target === undefined || type === undefined) return undefined;
  return { target, type, data: data.map(unescape) };
}

function unescape(text: string): string {
  return text.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');
}

export function parseVagrantOutput(output: string): VagrantLine[] {
  return output.split('\n').flatMap((line) => parseVagrantLine(line.trimEnd()) ?? []);
}

/** Machine → what Vagrant says of it (`running`, `poweroff`, `not_created`, …), in the order of the Vagrantfile. */
export function machineStates(lines: readonly VagrantLine[]): Map<string, string> {
  const states = lines.filter(({ type, target }) => type === 'state' && target !== '');
  return new Map(states.map(({ target, data }) => [target, data[0] ?? '']));
}

/**
 * What a line tells somebody who waits, in one line; undefined for everything else. Uploads draw their progress by thousands of
 * carriage returns, of which only the last counts.
 */
export function progressMessage({ type, data }: VagrantLine): string | undefined {
  const [kind, text = ''] = data;
  if (type !== 'ui' || kind === 'error') return undefined;
  const shown = (text.split('\r').at(-1) ?? '').replace(/^(?:==> |\s{4})[\w-]+:(?: |$)/, '').trim();
  return shown === '' ? undefined : shown.replaceAll(/\s+/g, ' ');
}

/** Tells what a line says to somebody who waits, if it says anything. */
export function tellProgress(line: string, onProgress: (message: string) => void): void {
  const parsed = parseVagrantLine(line);
  const message = parsed === undefined ? undefined : progressMessage(parsed);
  if (message !== undefined) onProgress(message);
}

export interface VagrantError {
  /** The name of Vagrant's own class, such as `Vagrant::Errors::MachineLocked`. */
  readonly kind: string;
  readonly message: string;
}

/** Why the command failed, when it said so. */
export function reportedError(lines: readonly VagrantLine[]): VagrantError | undefined {
  const exit = lines.find(({ type }) => type === 'error-exit');
  if (exit !== undefined) return { kind: exit.data[0] ?? '', message: (exit.data[1] ?? '').trim() };
  const said = lines.filter(({ type, data }) => type === 'ui' && data[0] === 'error');
  return said.length === 0 ? undefined : { kind: '', message: said.map(({ data }) => data[1] ?? '').join('\n') };
}
