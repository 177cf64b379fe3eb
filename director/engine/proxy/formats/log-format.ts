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

type Piece = string | Writer;

/** Section 8.2.4: text of octets as Latin-1. */
export function compileFormat(format: LogFormat, setting: Setting, use: FormatUse): Writer {
  const pieces: Piece[] = [];
  for (const part of format) {
    const piece = compilePart(part, setting, use);
    const last = pieces.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') pieces.splice(-1, 1, last + piece);
    else pieces.push(piece);
  }
  const [only = ''] = pieces;
  if (pieces.length < 2) return typeof only === 'string' ? () => only : only;
  return (subject) => {
    let text = '';
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(subject);
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

function compilePart(part: LogPart, setting: Setting, use: FormatUse): Piece {
  switch (part.kind) {
    case 'text':
      return octetText(part.text);
    case 'separator':
      return ' ';
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
