import { fieldName } from '../../http/field-name.ts';
import { fromLatin1 } from '../../http/octets.ts';
import { compileFormat, inRequest } from '../formats/log-format.ts';
import type { HttpRequestAction } from '../rules.ts';
import type { Verdict } from '../runtime/verdict.ts';
import type { AnyMessage } from '../samples/fetches/header-values.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import type { Wait } from './rule-list.ts';

/** `wait-for-body`: until the whole body is here, so much of it, as much as there is room for, or the time is up. */
export function compileWaitForBody(
  { timeMs, atLeast }: { readonly timeMs: number; readonly atLeast?: number },
  { ports }: Setting,
  side: (subject: Subject) => AnyMessage | undefined,
): (subject: Subject, wait: Wait) => Verdict | undefined {
  const { size, reservedForRewriting } = ports.buffers;
  return (subject, wait) => {
    const message = side(subject);
    if (message === undefined || hasNoBody(message) || message.bodyComplete) return undefined;
    const here = message.body().length;
    const room = size - reservedForRewriting - message.head.fields.understood;
    if (here >= room || (atLeast !== undefined && here >= atLeast)) return undefined;
    return wait.upTo(timeMs);
  };
}

const hasNoBody = ({ head }: AnyMessage): boolean => head.framing === 'none';

type Hint = Extract<HttpRequestAction, { readonly action: 'early-hint' }>;

/** `early-hint`: an answer 103 (RFC 8297) for each. Clients of HTTP/1.0 get none. */
export function compileEarlyHint({ name, value }: Hint, setting: Setting): (subject: Subject) => undefined {
  const isName = fieldName(name) !== undefined;
  const write = compileFormat(value, setting, inRequest);
  return (subject) => {
    const { stream, request } = subject;
    if (!isName || stream?.sendInterim === undefined || request === undefined || request.head.minor === 0)
      return undefined;
    const line = `${name.toLowerCase()}: ${write(subject)}`;
    stream.sendInterim(fromLatin1(`HTTP/1.1 103 Early Hints\r\n${line}\r\n\r\n`));
    return undefined;
  };
}
