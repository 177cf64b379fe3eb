import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromLatin1, latin1, utf8, xor, type Bytes } from './bytes.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import { needsLoginAndQuery, type DatabaseRequest, type Random } from './database.ts';
import { encryptOaep } from './rsa.ts';

/** Capabilities of the client (MySQL internals manual): the new protocol, 20-byte challenges, plugins by name. */
const capability = {
  longPassword: 1,
  withDatabase: 8,
  protocol41: 0x200,
  transactions: 0x2000,
  secure: 0x8000,
  plugin: 0x80000,
};
const first = { ok: 0, more: 1, switch: 0xfe, error: 0xff };

interface Packet {
  readonly sequence: number;
  readonly payload: Bytes;
}

/** Logs in with mysql_native_password or caching_sha2_password and runs a query. */
export function* mysql({ login, password, database, query }: DatabaseRequest, random: Random): Dialogue {
  if (login === '' || query === '') return { ok: false, reason: needsLoginAndQuery };
  const input = new Input();
  const greeting = yield* readPacket(input, 'the greeting');
  const { version, plugin, challenge } = handshakeOf(greeting.payload);
  const flags =
    capability.longPassword |
    capability.protocol41 |
    capability.transactions |
    capability.secure |
    capability.plugin |
    (database === '' ? 0 : capability.withDatabase);
  const proof = proofOf(plugin, password, challenge);
  const response = concat(
    littleEndian(flags, 4),
    littleEndian(0xff_ffff, 4),
    // utf8mb3, then 23 reserved bytes.
    [33],
    new Uint8Array(23),
    terminated(utf8(login)),
    [proof.length],
    proof,
    database === '' ? [] : terminated(utf8(database)),
    terminated(latin1(plugin)),
  );
  yield* sendPacket(greeting.sequence + 1, response);
  yield* authenticate(input, { plugin, challenge, password, random });
  yield* sendPacket(0, concat([3], utf8(query)));
  const rows = yield* countRows(input);
  yield* sendPacket(0, latin1('\x01'));
  if (rows === 0) return { ok: false, reason: 'the query gives no row' };
  return { ok: true, reason: `the query gives ${rows} ${rows === 1 ? 'row' : 'rows'} (${version})` };
}

interface Authentication {
  readonly plugin: string;
  readonly challenge: Bytes;
  readonly password: string;
  readonly random: Random;
}

function* authenticate(input: Input, asked: Authentication): Steps<void> {
  let { plugin, challenge } = asked;
  const { password, random } = asked;
  for (;;) {
    const { sequence, payload } = yield* readPacket(input, 'the answer to the login');
    if (payload[0] === first.ok) return;
    if (payload[0] === first.switch) {
      const [name, rest] = untilZero(payload.subarray(1));
      plugin = fromLatin1(name);
      challenge = rest.subarray(0, 20);
      yield* sendPacket(sequence + 1, proofOf(plugin, password, challenge));
    } else if (payload[0] === first.more && plugin === 'caching_sha2_password') {
      // 3: the proof was enough. 4: the server does not know the password's hash and wants the password itself.
      if (payload[1] === 4) yield* sendPassword(input, sequence, { plugin, challenge, password, random });
    } else throw new DialogueFailure(`the login was answered with something that ${plugin} does not say`);
  }
}

function* sendPassword(input: Input, sequence: number, { challenge, password, random }: Authentication): Steps<void> {
  yield* sendPacket(sequence + 1, latin1('\x02'));
  const key = yield* readPacket(input, "the server's public key");
  const scrambled = xor(terminated(utf8(password)), challenge);
  yield* sendPacket(key.sequence + 1, encryptOaep(fromLatin1(key.payload.subarray(1)), scrambled, random));
}

function proofOf(plugin: string, password: string, challenge: Bytes): Bytes {
  if (password === '') return new Uint8Array(0);
  const secret = utf8(password);
  if (plugin === 'caching_sha2_password') {
    const hash = sha256(secret);
    return xor(hash, sha256(concat(sha256(hash), challenge)));
  }
  if (plugin === 'mysql_clear_password') return terminated(secret);
  if (plugin !== 'mysql_native_password')
    throw new DialogueFailure(`the server wants ${plugin}, which this check does not know`);
  const hash = sha1(secret);
  return xor(hash, sha1(concat(challenge, sha1(hash))));
}

/** Protocol::HandshakeV10. */
function handshakeOf(payload: Bytes): { version: string; plugin: string; challenge: Bytes } {
  if (payload[0] !== 10)
    throw new DialogueFailure(`protocol version ${payload[0] ?? 'none'} came in the greeting, not 10`);
  const [version, rest] = untilZero(payload.subarray(1));
  // After the thread's number: 8 bytes of the challenge, a filler, capabilities, character set, status, more capabilities,
  // the challenge's length, 10 reserved bytes, the other 12 bytes and a zero, the plugin's name.
  const challenge = concat(rest.subarray(4, 12), rest.subarray(31, 43));
  const [plugin] = untilZero(rest.subarray(44));
  const name = plugin.length === 0 ? 'mysql_native_password' : fromLatin1(plugin);
  return { version: fromLatin1(version), plugin: name, challenge };
}

/** Rows of a result set; affected rows of a query that has none. */
function* countRows(input: Input): Steps<number> {
  const head = yield* readPacket(input, 'the result of the query');
  if (head.payload[0] === first.ok) return lengthEncoded(head.payload.subarray(1));
  const columns = lengthEncoded(head.payload);
  for (let left = columns + 1; left > 0; left--) yield* readPacket(input, 'the columns of the result');
  for (let rows = 0; ; rows++) {
    const { payload } = yield* readPacket(input, 'the rows of the result');
    if (payload[0] === first.switch && payload.length < 9) return rows;
  }
}

function* readPacket(input: Input, what: string): Steps<Packet> {
  const [low = 0, middle = 0, high = 0, sequence = 0] = yield* input.bytes(4, what);
  const payload = yield* input.bytes(low | (middle << 8) | (high << 16), what);
  if (payload[0] !== first.error) return { sequence, payload };
  const code = (payload[1] ?? 0) | ((payload[2] ?? 0) << 8);
  const text = fromLatin1(payload.subarray(3)).replace(/^#...../, '');
  throw new DialogueFailure(`error ${code} came for ${what}: ${quote(text)}`);
}

function* sendPacket(sequence: number, payload: Bytes): Steps<void> {
  yield* send(concat(littleEndian(payload.length, 3), [sequence & 0xff], payload));
}

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function lengthEncoded(bytes: Bytes): number {
  const [head = 0] = bytes;
  const size = head === 0xfc ? 2 : head === 0xfd ? 3 : head === 0xfe ? 8 : 0;
  if (size === 0) return head;
  return bytes.subarray(1, 1 + size).reduceRight((value, byte) => value * 256 + byte, 0);
}

const terminated = (bytes: Bytes): Bytes => concat(bytes, [0]);

function untilZero(bytes: Bytes): [Bytes, Bytes] {
  const end = bytes.indexOf(0);
  return end === -1 ? [bytes, new Uint8Array(0)] : [bytes.subarray(0, end), bytes.subarray(end + 1)];
}
