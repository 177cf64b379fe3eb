import type { LogFlags } from '../expressions.ts';
import type { Stream } from '../runtime/stream.ts';
import type { Subject } from '../samples/subject.ts';
import { takeApart } from '../samples/target-parts.ts';
import { encodeUrl, quoted } from './encode.ts';
import type { VariableWriter } from './variable-writer.ts';

const BAD = '<BADREQ>';

/** The first line as it arrived; undefined: none was read. */
export function lineOf(stream: Stream | undefined): string | undefined {
  if (stream?.requestLine !== undefined) return stream.requestLine;
  const head = stream?.request?.head;
  return head === undefined ? undefined : `${head.methodText()} ${head.targetText()} HTTP/1.${head.minor}`;
}

interface Line {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

const part =
  (read: (line: Line) => string) =>
  ({ stream }: Subject, flags: LogFlags): string => {
    const line = lineOf(stream);
    const [method = '', target = '', version = ''] = line?.split(' ') ?? [];
    return quoted(encodeUrl(line === undefined ? BAD : read({ method, target, version }), flags), flags);
  };

const queryOf = (target: string): string => {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark);
};

/** Section 8.2.4: the request's first line and its parts. */
export const lineVariables = {
  r: ({ stream }, flags) => quoted(encodeUrl(lineOf(stream) ?? BAD, flags), flags),
  HM: part(({ method }) => method),
  HP: part(({ target }) => target.split('?', 1)[0] ?? ''),
  HPO: part(({ target }) => takeApart(target).path),
  HQ: part(({ target }) => queryOf(target)),
  HU: part(({ target }) => target),
  HV: part(({ version }) => version),
} satisfies Readonly<Record<string, VariableWriter>>;
