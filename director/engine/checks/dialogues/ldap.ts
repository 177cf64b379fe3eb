import { fromLatin1, utf8 } from './bytes.ts';
import { element, elements, integer, readElement, type Element } from './ber.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import type { Login } from './mail.ts';
import { matches } from './pattern.ts';

const sequence = 0x30;
const tags = { integer: 2, octets: 4, boolean: 1, enumerated: 10 };
const operations = { bind: 0x60, bound: 0x61, unbind: 0x42, search: 0x63, entry: 0x64, done: 0x65, reference: 0x73 };
const resultNames = new Map([
  [32, 'noSuchObject'],
  [48, 'inappropriateAuthentication'],
  [49, 'invalidCredentials'],
  [50, 'insufficientAccessRights'],
  [51, 'busy'],
  [52, 'unavailable'],
]);

/**
 * ldirectord's ldap: a simple bind (without a name when login or password is missing), then a search of the base for any object class; just
 * one entry must come, and its name match (RFC 4511 sections 4.2 and 4.5).
 */
export function* ldap({ login, password }: Login, base: string, receive: string): Dialogue {
  const input = new Input();
  const named = login !== '' && password !== '';
  const credentials = [element(tags.octets, utf8(named ? login : '')), element(0x80, utf8(named ? password : ''))];
  yield* send(element(sequence, int(1), element(operations.bind, int(3), ...credentials)));
  const bound = yield* message(input, 'the answer to the bind');
  if (bound.tag !== operations.bound) throw new DialogueFailure('something else came for the answer to the bind');
  succeed(bound, 'the bind');

  yield* send(searchOf(base));
  const names: string[] = [];
  let answer = yield* message(input, 'the result of the search');
  for (; answer.tag !== operations.done; answer = yield* message(input, 'the result of the search')) {
    const [name] = elements(answer.content);
    if (answer.tag === operations.entry && name) names.push(fromLatin1(name.content));
  }
  succeed(answer, 'the search');
  yield* send(element(sequence, int(3), element(operations.unbind)));
  const [name] = names;
  if (name === undefined || names.length > 1) return { ok: false, reason: `${names.length} entries came for the base` };
  if (!matches(name, receive)) return { ok: false, reason: `${quote(name)} does not match ${receive}` };
  return { ok: true, reason: `the base ${quote(name)} is there` };
}

const int = (value: number) => element(tags.integer, [value]);

function searchOf(base: string): Uint8Array {
  return element(
    sequence,
    int(2),
    element(
      operations.search,
      element(tags.octets, utf8(base)),
      // Scope baseObject, aliases never followed; no limits of size and time, names and values.
      element(tags.enumerated, [0]),
      element(tags.enumerated, [0]),
      int(0),
      int(0),
      element(tags.boolean, [0]),
      element(0x87, utf8('objectClass')),
      element(sequence),
    ),
  );
}

/** The protocol operation of the next LDAPMessage. */
function* message(input: Input, what: string): Steps<Element> {
  const { tag, content } = yield* readElement(input, what);
  const [, operation] = elements(content);
  if (tag !== sequence || !operation) throw new DialogueFailure(`no message of LDAP came for ${what}`);
  return operation;
}

function succeed({ content }: Element, what: string): void {
  const [code, , diagnostic] = elements(content);
  if (!code) throw new DialogueFailure(`${what} was answered without a result`);
  const result = integer(code);
  if (result === 0) return;
  const words = diagnostic && diagnostic.content.length > 0 ? `: ${quote(fromLatin1(diagnostic.content))}` : '';
  throw new DialogueFailure(`${what} was answered with ${resultNames.get(result) ?? `result ${result}`}${words}`);
}
