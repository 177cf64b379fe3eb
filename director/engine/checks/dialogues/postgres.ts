import { hmac } from '@noble/hashes/hmac.js';
import { md5 } from '@noble/hashes/legacy.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64, concat, fromBase64, fromLatin1, hex, latin1, uint32, utf8, xor, type Bytes } from './bytes.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import { needsLoginAndQuery, type DatabaseRequest, type Random } from './database.ts';

interface Message {
  readonly type: string;
  readonly body: Bytes;
}

/** Starts a session (protocol 3.0), logs in with what the server asks for, and runs a query. */
export function* postgres(request: DatabaseRequest, random: Random): Dialogue {
  const { login, database, query } = request;
  if (login === '' || query === '') return { ok: false, reason: needsLoginAndQuery };
  const input = new Input();
  const parameters = ['user', login, 'database', database === '' ? login : database, 'application_name', 'director'];
  const start = concat(uint32(0x0003_0000), ...parameters.map(terminated), [0]);
  yield* send(concat(uint32(start.length + 4), start));
  yield* authenticate(input, request, random);
  while ((yield* readMessage(input, 'the end of the login')).type !== 'Z');
  yield* sendMessage('Q', terminated(query));
  let rows = 0;
  for (;;) {
    const { type } = yield* readMessage(input, 'the result of the query');
    if (type === 'D') rows++;
    if (type === 'Z') break;
  }
  yield* sendMessage('X', new Uint8Array(0));
  if (rows === 0) return { ok: false, reason: 'the query gives no row' };
  return { ok: true, reason: `the query gives ${rows} ${rows === 1 ? 'row' : 'rows'}` };
}

function* authenticate(input: Input, { login, password }: DatabaseRequest, random: Random): Steps<void> {
  for (;;) {
    const { type, body } = yield* readMessage(input, 'the answer to the login');
    if (type !== 'R') continue;
    const kind = number(body);
    if (kind === 0) return;
    if (kind === 3) yield* sendMessage('p', terminated(password));
    else if (kind === 5) yield* sendMessage('p', terminated(md5Proof(login, password, body.subarray(4, 8))));
    else if (kind === 10) yield* scram(input, password, body.subarray(4), random);
    else throw new DialogueFailure(`the server wants authentication ${kind}, which this check does not know`);
  }
}

function md5Proof(login: string, password: string, salt: Bytes): string {
  const stored = hex(md5(concat(utf8(password), utf8(login))));
  return `md5${hex(md5(concat(latin1(stored), salt)))}`;
}

/** SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677); the server has to prove that it knows the password too. */
function* scram(input: Input, password: string, mechanisms: Bytes, random: Random): Steps<void> {
  if (!fromLatin1(mechanisms).split('\0').includes('SCRAM-SHA-256'))
    throw new DialogueFailure(`the server wants ${quote(fromLatin1(mechanisms))}, which this check does not know`);
  const nonce = base64(random(18));
  const bare = `n=,r=${nonce}`;
  const initial = latin1(`n,,${bare}`);
  yield* sendMessage('p', concat(terminated('SCRAM-SHA-256'), uint32(initial.length), initial));
  const challenge = yield* saslMessage(input, 11);
  const fields = fieldsOf(challenge);
  const [salt, rounds, both] = [fields.get('s'), Number(fields.get('i')), fields.get('r')];
  // More rounds than anyone configures would only keep the director busy.
  if (salt === undefined || !(rounds > 0 && rounds <= 1_000_000) || both === undefined || !both.startsWith(nonce))
    throw new DialogueFailure("the server's challenge is not one of SCRAM");
  const salted = pbkdf2(sha256, utf8(password), fromBase64(salt), { c: rounds, dkLen: 32 });
  const clientKey = hmac(sha256, salted, latin1('Client Key'));
  const last = `c=biws,r=${both}`;
  const signed = latin1(`${bare},${challenge},${last}`);
  const proof = xor(clientKey, hmac(sha256, sha256(clientKey), signed));
  yield* sendMessage('p', latin1(`${last},p=${base64(proof)}`));
  const signature = fieldsOf(yield* saslMessage(input, 12)).get('v');
  const expected = base64(hmac(sha256, hmac(sha256, salted, latin1('Server Key')), signed));
  if (signature !== expected) throw new DialogueFailure('the server does not know the password itself');
}

function* saslMessage(input: Input, kind: number): Steps<string> {
  const { type, body } = yield* readMessage(input, 'the next step of SCRAM');
  if (type !== 'R' || number(body) !== kind)
    throw new DialogueFailure('something else came for the next step of SCRAM');
  return fromLatin1(body.subarray(4));
}

function fieldsOf(text: string): Map<string, string> {
  return new Map(text.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}

function* readMessage(input: Input, what: string): Steps<Message> {
  const head = yield* input.bytes(5, what);
  const type = fromLatin1(head.subarray(0, 1));
  const length = number(head.subarray(1));
  if (!/[A-Za-z0-9]/.test(type) || length < 4 || length > 0x100_0000)
    throw new DialogueFailure(`no message of PostgreSQL came for ${what}`);
  const body = yield* input.bytes(length - 4, what);
  if (type !== 'E') return { type, body };
  const fields = fromLatin1(body).split('\0');
  const field = (letter: string): string => fields.find((one) => one.startsWith(letter))?.slice(1) ?? '';
  throw new DialogueFailure(`error ${field('C')} came for ${what}: ${quote(field('M'))}`);
}

function* sendMessage(type: string, body: Bytes): Steps<void> {
  yield* send(concat(latin1(type), uint32(body.length + 4), body));
}

const number = (bytes: Bytes): number => bytes.subarray(0, 4).reduce((value, byte) => value * 256 + byte, 0);
const terminated = (text: string): Bytes => concat(utf8(text), [0]);
