import type { LogFormat, LogPart } from '../expressions.ts';
import { compileText } from '../samples/compile.ts';
import type { Direction, Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { octetText } from '../samples/values.ts';
import { encodeHttp, plainText } from './encode.ts';
import { variableWriters } from './log-variables.ts';

/** What a format is for. */
export interface FormatUse {
  readonly direction: Direction;
  /** `http`: what is put together goes into a message, and samples' octets that cannot stand there are escaped. */
  readonly encoding: 'http' | 'none';
  /** A line of a log, where a hyphen stands for nothing. */
  readonly isLog: boolean;
}

export type Writer = (subject: Subject) => string;

export const inRequest: FormatUse = { direction: 'request', encoding: 'http', isLog: false };
export const inResponse: FormatUse = { direction: 'response', encoding: 'http', isLog: false };
/** Names of backends and servers, variables. */
export const asName: FormatUse = { direction: 'request', encoding: 'none', isLog: false };
/** Lines of logs. */
export const inLog: FormatUse = { direction: 'log', encoding: 'none', isLog: true };

const SEPARATOR = Symbol('separator');
type Piece = string | Writer | typeof SEPARATOR;
const isText = (piece: Piece | undefined): piece is string => typeof piece === 'string';

/** Section 8.2.4: text of octets as Latin-1. Where nothing is written between two separators, one of them is not either. */
export function compileFormat(format: LogFormat, setting: Setting, use: FormatUse): Writer {
  const pieces: Piece[] = [];
  for (const part of format) {
    const piece = part.kind === 'separator' ? SEPARATOR : compilePart(part, setting, use);
    const last = pieces.at(-1);
    if (isText(piece) && isText(last)) pieces.splice(-1, 1, last + piece);
    else pieces.push(piece);
  }
  const [only = ''] = pieces;
  if (pieces.length < 2 && only !== SEPARATOR) return typeof only === 'string' ? () => only : only;
  return (subject) => {
    let text = '';
    let separated = true;
    for (const piece of pieces) {
      if (piece === SEPARATOR) {
        if (!separated) text += ' ';
        separated = true;
        continue;
      }
      const written = typeof piece === 'string' ? piece : piece(subject);
      text += written;
      if (written !== '') separated = false;
    }
    return text;
  };
}

/** The text of a format without anything that changes. */
export function constantOf(format: LogFormat): string | undefined {
  let text = '';
  for (const part of format) {
    if (part.kind === 'separator') text += ' ';
    else if (part.kind === 'text') text += part.text;
    else return undefined;
  }
  return octetText(text);
}

function compilePart(part: Exclude<LogPart, { kind: 'separator' }>, setting: Setting, use: FormatUse): string | Writer {
  switch (part.kind) {
    case 'text':
      return octetText(part.text);
    case 'variable': {
      const write = variableWriters[part.name];
      const where = { setting, isLog: use.isLog };
      return (subject) => write(subject, part, where);
    }
    case 'sample': {
      const read = compileText(part.sample, setting, use.direction);
      if (use.encoding === 'http') return (subject) => encodeHttp(read(subject) ?? '', part);
      return (subject) => plainText(read(subject), part, use.isLog);
    }
  }
}
