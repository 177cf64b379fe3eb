import { fromLatin1 } from '../../http/octets.ts';
import type { ClosingReply, Verdict } from '../runtime/verdict.ts';

function reply(status: number, reason: string, fields: readonly string[], body: string): ClosingReply {
  const head = [`HTTP/1.1 ${status} ${reason}`, `content-length: ${body.length}`, ...fields, '', ''].join('\r\n');
  return { status, octets: fromLatin1(head + body), keeps: true };
}

const NO_CACHE = 'cache-control: no-cache';
const HTML = 'content-type: text/html';

const sentence = (title: string, text: string): string => `<html><body><h1>${title}</h1>\n${text}\n</body></html>\n`;

const quoted = (text: string): string => text.replaceAll(/["\\]/g, (sign) => `\\${sign}`);

export function askForPassword(realm: string): Verdict {
  const body = sentence('401 Unauthorized', 'You need a valid user and password to access this content.');
  const fields = [NO_CACHE, HTML, `www-authenticate: Basic realm="${quoted(realm)}"`];
  return { kind: 'reply', reply: reply(401, 'Unauthorized', fields, body), denies: false };
}

export function forbid(): Verdict {
  const body = sentence('403 Forbidden', 'Request forbidden by administrative rules.');
  return { kind: 'reply', reply: reply(403, 'Forbidden', [NO_CACHE, HTML], body), denies: true };
}

export function tooLate(): Verdict {
  const body = sentence('408 Request Time-out', "Your browser didn't send a complete request in time.");
  return { kind: 'reply', reply: reply(408, 'Request Time-out', [NO_CACHE, HTML], body), denies: false };
}

/** Back to the page, so that a reload does not do the same again. */
export function redirect(location: string): Verdict {
  const fields = [NO_CACHE, 'content-type: text/plain', `location: ${location}`];
  return { kind: 'reply', reply: reply(303, 'See Other', fields, ''), denies: false };
}

/** `refresh`: seconds; 0: not. Text is Latin-1; what is not becomes a question mark. */
export function content(type: 'text/html' | 'text/plain', refresh: number, text: string): Verdict {
  const fields = [NO_CACHE, `content-type: ${type}`, ...(refresh > 0 ? [`refresh: ${refresh}`] : [])];
  const body = text.replaceAll(/[^\0-\u{ff}]/gu, '?');
  return { kind: 'reply', reply: reply(200, 'OK', fields, body), denies: false };
}

export function notServed(): Verdict {
  const body = 'Statistics are served as HTML and as CSV, not as JSON or typed lines.\n';
  const fields = [NO_CACHE, 'content-type: text/plain'];
  return { kind: 'reply', reply: reply(501, 'Not Implemented', fields, body), denies: false };
}
