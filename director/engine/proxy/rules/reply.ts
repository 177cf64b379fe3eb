import { compileFormat, constantOf, inRequest, inResponse } from '../formats/log-format.ts';
import type { LogFormat } from '../expressions.ts';
import type { HttpReply, ReplyBody } from '../rules.ts';
import type { ClosingReply } from '../runtime/verdict.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { latin1, octetText } from '../samples/values.ts';
import { answerOf, answerOfFile } from './answer-text.ts';
import { errorPage } from './error-pages.ts';
import { reasonOf } from './reasons.ts';

export type ReplyMaker = (subject: Subject) => ClosingReply;

/** Who knows what is answered to errors. */
export interface DefaultReplies {
  reply(status: number, subject: Subject): ClosingReply;
}

type Side = 'request' | 'response';
type Text = (subject: Subject) => string;

function textOf(format: LogFormat, setting: Setting, side: Side): Text {
  return compileFormat(format, setting, side === 'request' ? inRequest : inResponse);
}

function bodyOf(body: ReplyBody, setting: Setting, side: Side): Text | string {
  switch (body.kind) {
    case 'text':
      return octetText(body.text);
    case 'format':
      return constantOf(body.format) ?? textOf(body.format, setting, side);
    case 'file': {
      const octets = setting.ports.file(body.path);
      const text = octets === undefined ? '' : latin1(octets);
      if (!body.isFormat) return text;
      const format = setting.ports.formatOf(body.path);
      return format === undefined ? text : textOf(format, setting, side);
    }
    default:
      return '';
  }
}

const WITHOUT_LENGTH = new Set([204, 304]);

/** `return`, `deny`, `tarpit`, `http-error`. What does not depend on the stream is put together once. */
export function compileReply(reply: HttpReply, setting: Setting, side: Side, defaults: DefaultReplies): ReplyMaker {
  const { status, body, contentType } = reply;
  if (body.kind === 'default') return (subject) => defaults.reply(status, subject);
  if (body.kind === 'errorFile') {
    const octets = setting.ports.file(body.path);
    const whole = answerOfFile(octets === undefined ? errorPage(status) : latin1(octets), status);
    return () => whole;
  }
  const write = bodyOf(body, setting, side);
  const headers = reply.headers.map(({ name, value }) => ({ name, text: textOf(value, setting, side) }));
  const make: ReplyMaker = (subject) => {
    subject.replacing = side === 'response';
    // Formats of the answer see its status.
    if (subject.stream !== undefined) subject.stream.status = status;
    const text = typeof write === 'string' ? write : write(subject);
    const fields = headers
      .map((header) => ({ name: header.name, value: header.text(subject) }))
      .filter(({ value }) => value !== '');
    subject.replacing = false;
    if (!WITHOUT_LENGTH.has(status)) fields.push({ name: 'content-length', value: String(text.length) });
    if (text !== '' && contentType !== undefined) fields.push({ name: 'content-type', value: octetText(contentType) });
    return answerOf(status, reasonOf(status), fields, text);
  };
  const isConstant = typeof write === 'string' && reply.headers.every(({ value }) => constantOf(value) !== undefined);
  return isConstant ? once(make) : make;
}

function once(make: ReplyMaker): ReplyMaker {
  let reply: ClosingReply | undefined;
  return (subject) => (reply ??= make(subject));
}
