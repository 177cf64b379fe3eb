import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { UdpCheckConfiguration } from '../configuration.ts';
import { base64, concat, fromBase64, fromHex, fromLatin1, hex, latin1, utf8 } from './bytes.ts';
import { udpCheck } from './datagram.ts';
import { dns } from './dns.ts';
import { echoRequest, parseEcho } from './echo.ts';
import { ldap } from './ldap.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { judgeProgram } from './programs.ts';
import { encryptOaep } from './rsa.ts';
import { play } from './scripted-peer.ts';

const timing = { intervalMs: 1, timeoutMs: 1, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
const place = { ...timing, address: '10.0.0.1', port: 1 };
const request = { login: 'u', password: 'pencil', database: '', query: 'select 1' };
const random = (size: number): Uint8Array => new Uint8Array(size).fill(7);

it('bytes: base64, hex, UTF-8', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd\xff']) {
    expect(base64(latin1(text))).toBe(Buffer.from(text, 'latin1').toString('base64'));
    expect(fromLatin1(fromBase64(base64(latin1(text))))).toBe(text);
  }
  expect(hex(utf8('ñ€%'))).toBe(Buffer.from('ñ€%').toString('hex'));
  expect(fromHex('00ff10')).toEqual(Uint8Array.of(0, 255, 16));
});

describe('LDAP', () => {
  const bound = fromHex('300c02010161070a010004000400');
  const done = fromHex('300c02010265070a010004000400');
  const entry = fromHex('300f020102640a040664633d6578613000');

  it('one entry is well, none or two are not', () => {
    const answer = (...parts: Uint8Array[]) =>
      play(ldap({ login: '', password: '' }, 'dc=exa', ''), [bound, concat(...parts)]).result?.ok;
    expect(answer(entry, done)).toBe(true);
    expect(answer(done)).toBe(false);
    expect(answer(entry, entry, done)).toBe(false);
  });
  it('what is cut off or no BER is a failure, not a crash', () => {
    for (const noise of ['ffff', '3084ffffffff', '30020201', '3080', '300302017f'])
      expect(play(ldap({ login: '', password: '' }, '', ''), [fromHex(noise), 'closed']).result?.ok).toBe(false);
  });
});

describe('MySQL', () => {
  const packet = (sequence: number, payload: Uint8Array | string): Uint8Array => {
    const bytes = typeof payload === 'string' ? latin1(payload) : payload;
    return concat([bytes.length & 0xff, bytes.length >> 8, 0, sequence], bytes);
  };
  const challenge = latin1('abcdefghijklmnopqrst');
  const greeting = (plugin: string): Uint8Array =>
    packet(
      0,
      concat(
        [10],
        latin1('8.0\0'),
        [1, 0, 0, 0],
        challenge.subarray(0, 8),
        [0, 255, 247, 33, 2, 0, 255, 129, 21],
        new Uint8Array(10),
        challenge.subarray(8),
        [0],
        latin1(`${plugin}\0`),
      ),
    );
  const rows = concat(
    packet(1, '\x01'),
    packet(2, 'def'),
    packet(3, '\xfe\0\0\0\0'),
    packet(4, '\x011'),
    packet(5, '\xfe\0\0\0\0'),
  );

  it('native password, a row', () => {
    const { result, sent } = play(mysql(request, random), [
      greeting('mysql_native_password'),
      /u\0\x14/,
      packet(2, '\0\0\0'),
      /select 1/,
      rows,
    ]);
    const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest();
    const once = sha1(Buffer.from('pencil'));
    const mask = sha1(concat(challenge, sha1(once)));
    const proof = Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0))).toString('latin1');
    expect(sent[0]).toContain(`u\0\x14${proof}mysql_native_password\0`);
    expect(result).toEqual({ ok: true, reason: 'the query gives 1 row (8.0)' });
  });
  it("caching_sha2_password with the server's key", () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const { sent } = play(mysql(request, random), [
      greeting('caching_sha2_password'),
      /u\0 /,
      packet(2, '\x01\x04'),
      /\x02$/,
      packet(4, `\x01${pem}`),
    ]);
    const cipher = Buffer.from(sent.at(-1) ?? '', 'latin1').subarray(4);
    const plain = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, cipher);
    expect(fromLatin1(plain.map((byte, index) => byte ^ (challenge[index % 20] ?? 0)))).toBe('pencil\0');
  });
  it('an error says what the server said', () => {
    const refusal = packet(2, '\xff\x15\x04#28000Access denied');
    expect(play(mysql(request, random), [greeting('mysql_native_password'), refusal]).result).toEqual({
      ok: false,
      reason: 'error 1045 came for the answer to the login: "Access denied"',
    });
  });
  it('a plugin that we do not know', () => {
    expect(play(mysql(request, random), [greeting('auth_gssapi')]).result?.ok).toBe(false);
    expect(play(mysql({ ...request, login: '' }, random), []).result?.ok).toBe(false);
  });
});

it('OAEP has room for what the key allows and no more', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  expect(encryptOaep(pem, new Uint8Array(86), random)).toHaveLength(128);
  expect(() => encryptOaep(pem, new Uint8Array(87), random)).toThrow('too short');
  expect(() => encryptOaep('nonsense', new Uint8Array(1), random)).toThrow();
});

describe('PostgreSQL', () => {
  const message = (type: string, body: string): string =>
    `${type}${String.fromCharCode(0, 0, 0, body.length + 4)}${body}`;

  it('MD5: the proof of the manual, and rows', () => {
    const script = [
      message('R', '\0\0\0\x05salt'),
      /./,
      message('R', '\0\0\0\0') + message('Z', 'I'),
      /select 1/,
      message('D', '') + message('Z', 'I'),
    ];
    const { result, sent } = play(postgres(request, random), script);
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    expect(sent[0]).toContain(`md5${md5(`${md5('pencilu')}salt`)}\0`);
    expect(result?.ok).toBe(true);
  });
  it('SCRAM: a server that does not know the password is found out', () => {
    const nonce = base64(random(18));
    const script = [
      message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0'),
      message('R', `\0\0\0\x0br=${nonce}x,s=c2FsdA==,i=10`),
      message('R', '\0\0\0\x0cv=AAAA'),
    ];
    expect(play(postgres(request, random), script).result).toEqual({
      ok: false,
      reason: 'the server does not know the password itself',
    });
  });
  it('a challenge that would keep us busy is refused', () => {
    const script = [
      message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0'),
      message('R', `\0\0\0\x0br=${base64(random(18))}x,s=c2FsdA==,i=99999999`),
    ];
    expect(play(postgres(request, random), script).result?.ok).toBe(false);
  });
});

describe('DNS', () => {
  const check = { ...place, kind: 'DNS_CHECK', type: 'A', name: 'www.example' } as const;
  const question = fromHex('03777777076578616d706c650000010001');
  const answer = (identifier: string, flags: string, records: string): Uint8Array =>
    concat(fromHex(`${identifier}${flags}0001${records === '' ? '0000' : '0001'}00000000`), question, fromHex(records));
  const address = 'c00c000100010000003c00040a000050';

  it('passes over what is no answer to us', () => {
    const script = [
      answer('9999', '8180', ''),
      answer('1234', '0100', ''),
      fromHex('1234'),
      answer('1234', '8180', address),
    ];
    expect(play(dns(check, 0x1234), script).result).toEqual({ ok: true, reason: 'A of www.example: 10.0.0.80' });
  });
  it('codes, and data that does not fit', () => {
    expect(play(dns(check, 0x1234), [answer('1234', '8183', '')]).result?.reason).toContain('NXDOMAIN');
    expect(play(dns({ ...check, expect: '^192' }, 0x1234), [answer('1234', '8180', address)]).result?.ok).toBe(false);
    expect(play(dns({ ...check, type: 'NIX' }, 1), []).result?.ok).toBe(false);
  });
  it('names that point at themselves end', () => {
    const loop = concat(
      fromHex('123481800001000100000000'),
      fromHex('c00c00010001'),
      fromHex('c00c00050001000000000002c00c'),
    );
    expect(play(dns(check, 0x1234), [loop]).result?.ok).toBe(true);
  });
});

describe('dns as ldirectord asks', () => {
  const check = { ...place, kind: 'DNS_CHECK', type: 'A', name: 'x', expect: 'y' } as const;
  // x is another name of y, which is 10.0.0.8.
  const answer = fromHex(
    `123481800001000200000000017800${'0001'.repeat(2)}c00c00050001000000010003017900c01f000100010000000100040a000008`,
  );

  it('only records of the type that was asked for are looked at', () => {
    expect(play(dns(check, 0x1234), [answer]).result).toEqual({
      ok: false,
      reason: 'A of x: y, 10.0.0.8, where y was expected',
    });
    expect(play(dns({ ...check, expect: '0.8$' }, 0x1234), [answer]).result?.ok).toBe(true);
    expect(play(dns({ ...check, type: 'ANY' }, 0x1234), [answer]).result?.ok).toBe(true);
  });

  it('over TCP a length comes first, on both ways', () => {
    const overTcp = { ...check, expect: '10.0.0.8', transport: 'tcp' } as const;
    const { result, sent } = play(dns(overTcp, 0x1234), [concat([0, answer.length], answer)], 1);
    expect(sent[0]?.slice(0, 4)).toBe('\0\x13\x124');
    expect(result?.ok).toBe(true);
    expect(play(dns(overTcp, 0x1234), ['closed']).result?.ok).toBe(false);
  });
});

describe('UDP_CHECK', () => {
  const check = (changes: Partial<UdpCheckConfiguration>): UdpCheckConfiguration => ({
    ...place,
    kind: 'UDP_CHECK',
    payload: 'ff',
    requireReply: true,
    ...changes,
  });
  it.each([
    [{}, 'abcd', true],
    [{ expect: 'abxd' }, 'abcd', true],
    [{ expect: 'abxe' }, 'abcd', false],
    [{ expect: 'ab' }, 'abcd', true],
    [{ minimumReplyLength: 3 }, 'abcd', false],
    [{ maximumReplyLength: 1 }, 'abcd', false],
  ] as const)('%o', (changes, reply, ok) => {
    expect(play(udpCheck(check(changes)), [fromHex(reply)]).result?.ok).toBe(ok);
  });
});

describe('programs', () => {
  const script = { ...timing, kind: 'MISC_CHECK', command: ['x'], dynamicWeight: true } as const;
  const load = { ...timing, kind: 'LOAD', command: ['x'] } as const;
  it.each([
    [1, false, undefined],
    [2, true, 0],
    [255, true, 253],
  ])('misc_dynamic: exit code %i', (code, ok, weight) => {
    const result = judgeProgram(script, { code, output: '' });
    expect(result).toMatchObject({ ok, ...(weight === undefined ? {} : { weight: { type: 'set', weight } }) });
    if (weight === undefined) expect(result).not.toHaveProperty('weight');
  });
  it('misc_dynamic: 0 gives the weight of the file back', () => {
    expect(judgeProgram(script, { code: 0, output: '' })).toMatchObject({ ok: true, weight: { type: 'configured' } });
    expect(judgeProgram({ ...script, dynamicWeight: false }, { code: 0, output: '' })).not.toHaveProperty('weight');
  });
  it('without misc_dynamic only 0 is well, and a signal never is', () => {
    expect(judgeProgram({ ...script, dynamicWeight: false }, { code: 2, output: '' }).ok).toBe(false);
    expect(judgeProgram(script, { signal: 'SIGKILL', output: '' })).toEqual({ ok: false, reason: 'ended by SIGKILL' });
  });
  it.each([
    [' 14:30:34 up 9 days,  load average: 1.00, 0.5, 0.1', 50],
    ['web1  up 20 days,  load 3.00, 2, 1', 25],
    ['0,25', 80],
  ])('load: %s', (output, share) => {
    expect(judgeProgram(load, { code: 0, output })).toMatchObject({ ok: true, weight: { type: 'share', share } });
  });
  it('no load in it', () => {
    expect(judgeProgram(load, { code: 0, output: 'who?' }).ok).toBe(false);
  });
});

describe('ICMP echo', () => {
  const echo = { identifier: 0x1234, sequence: 7 };
  it('the checksum of the request is right', () => {
    const message = echoRequest(4, echo);
    let sum = 0;
    for (let at = 0; at < message.length; at += 2) sum += ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect(sum).toBe(0xffff);
  });
  it('replies and errors that quote our request', () => {
    const header = concat([0x45], new Uint8Array(19));
    const reply = concat(header, [0, 0, 0, 0], fromHex('12340007'));
    expect(parseEcho(4, reply)).toEqual({ type: 'reply', echo });
    const unreachable = concat(header, [3, 1, 0, 0, 0, 0, 0, 0], header, echoRequest(4, echo).subarray(0, 8));
    expect(parseEcho(4, unreachable)).toEqual({ type: 'unreachable', echo, code: 1 });
    expect(parseEcho(6, concat([129, 0, 0, 0], fromHex('12340007')))).toEqual({ type: 'reply', echo });
    expect(parseEcho(4, fromHex('45'))).toBeUndefined();
    expect(parseEcho(4, new Uint8Array(0))).toBeUndefined();
  });
});
