import { expect, it } from 'vitest';
import type { CheckConfiguration } from '../configuration.ts';
import { concat, fromHex, latin1 } from './bytes.ts';
import { internalFailure, type Dialogue } from './conversation.ts';
import { dialogueOf } from './index.ts';
import { play } from './scripted-peer.ts';

const timing = { intervalMs: 1, timeoutMs: 1, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
const place = { ...timing, address: '10.0.0.1', port: 1 };
const negotiate = {
  ...place,
  kind: 'NEGOTIATE',
  request: '/x',
  receive: 'x',
  login: 'u',
  password: 'p',
  database: 'd',
} as const;
const services = ['ftp', 'smtp', 'pop', 'imap', 'ldap', 'nntp', 'mysql', 'pgsql', 'simpletcp', 'http_proxy'] as const;
const url = { path: '/', method: 'GET', statusCodes: [{ from: 200, to: 299 }], digest: '00' } as const;
const checks: CheckConfiguration[] = [
  ...services.map((service) => ({ ...negotiate, service })),
  { ...place, kind: 'HTTP_GET', version: '1.1', userAgent: 'x', urls: [url, url] },
  { ...place, kind: 'HTTP_GET', version: '1.1', userAgent: 'x', urls: [{ ...url, redirects: 7 }] },
  { ...place, kind: 'DNS_CHECK', type: 'A', name: 'x', expect: 'z', transport: 'tcp' },
  { ...place, kind: 'SMTP_CHECK', heloName: 'x' },
  { ...place, kind: 'DNS_CHECK', type: 'A', name: 'x.y', expect: 'z' },
  { ...place, kind: 'UDP_CHECK', payload: 'ff', requireReply: true, expect: 'abxx' },
  { ...place, kind: 'AGENT_CHECK', send: 'x' },
  { ...place, kind: 'SEND_EXPECT', send: 'x', expect: 'y', useRegex: false },
];

/** What servers say, as seeds that get a byte changed, cut or doubled here and there. */
const seeds = [
  '220 a\r\n250 b\r\n331 c\r\n230 d\r\n229 (|||4000|)\r\n150 e\r\n226 f\r\n',
  '+OK\r\n+OK\r\n+OK\r\n',
  '* OK\r\na1 OK\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.1 302 OK\r\nLocation: http://a:1/../b?c#d\r\nContent-Length: 0\r\n\r\n',
  'R\0\0\0\x0c\0\0\0\x05saltR\0\0\0\x08\0\0\0\0Z\0\0\0\x05ID\0\0\0\x04Z\0\0\0\x05I',
  'R\0\0\0\x18\0\0\0\x0aSCRAM-SHA-256\0\0R\0\0\0\x20\0\0\0\x0br=x,s=c2FsdA==,i=10',
].map(latin1);
seeds.push(
  fromHex('300c02010161070a010004000400300f020102640a040664633d6578613000300c02010265070a010004000400'),
  fromHex(
    '4a0000000a382e30000100000061626364656668696a00fff7210200ff81150000000000000000000061626364656667686a6b6c6d006d7973716c5f6e61746976655f70617373776f72640007000002000000020000000100000101',
  ),
  fromHex('000081800001000100000000017801790000010001c00c000100010000003c00040a000001'),
);

/** mulberry32: the same pieces in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let changes = pick(4); changes > 0; changes--) {
    const at = pick(Math.max(result.length, 1));
    const way = pick(3);
    if (way === 0) result[at] = pick(256);
    else if (way === 1) result = concat(result.subarray(0, at), result.subarray(at + pick(4)));
    else result = concat(result.subarray(0, at), result.subarray(Math.max(0, at - pick(8))));
  }
  return result;
}

it('no dialogue falls over whatever a server says, and each ends when the server does', () => {
  const pick = generator(20261121);
  const begin = (check: CheckConfiguration): Dialogue => {
    const dialogue = dialogueOf(check, (size) => new Uint8Array(size), 'me')?.dialogue;
    if (!dialogue) throw new Error('not a dialogue');
    return dialogue;
  };
  for (const check of checks)
    for (let round = 0; round < 400; round++) {
      const seed = seeds[pick(seeds.length)] ?? new Uint8Array(0);
      const said = mutate(seed, pick);
      const script = [said, 'closed', { on: 'side', say: 'closed' }, said, 'closed', 'closed'] as const;
      const { result } = play(begin(check), script, 1 + pick(40));
      expect(result, JSON.stringify(check)).toBeDefined();
      expect(result?.reason).not.toContain(internalFailure);
    }
});
