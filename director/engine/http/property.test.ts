import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/integration/support/seeded-random.ts';
import { requestCases, responseCases } from './fixtures/http-cases.ts';
import { readRequests, readResponses } from './fixtures/reference-reader.ts';
import { relayRequests, relayResponses } from './fixtures/relay.ts';

const SEED = 20_261_122;
const PATIENCE_MS = 120_000;

interface Chance {
  readonly below: (limit: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly text: (letters: string, longest: number) => string;
}

function chance(seed: number): Chance {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const text = (letters: string, longest: number): string =>
    Array.from({ length: 1 + below(longest) }, () => letters.charAt(below(letters.length))).join('');
  return { below, pick, text };
}

const NAME = 'abcdefghijklmnopqrstuvwxyz-_0123456789';
const VALUE = 'abcXYZ 019:;,="/\\()%\t\xe9';
const BODY = 'ab\r\n0 G:/\0\xff;';

interface Model {
  readonly line: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string;
  readonly chunked: boolean;
}

function model({ below, pick, text }: Chance): Model {
  const fields: (readonly [string, string])[] = [['host', text('abc.', 8)]];
  for (let count = below(30); count > 0; count--) fields.push([`x-${text(NAME, 20)}`, text(VALUE, 60).trim()]);
  const [body, chunked] = [below(2) === 0 ? '' : text(BODY, 200), below(2) === 0];
  if (chunked) fields.push(['transfer-encoding', 'chunked']);
  else if (body !== '') fields.push(['content-length', String(body.length)]);
  const line = `${pick(['GET', 'POST', 'X-Y'])} /${text(`${NAME}?&=%{}`, 30)} HTTP/1.1`;
  return { line, fields, body, chunked };
}

function octetsOf({ line, fields, body, chunked }: Model, { below }: Chance): string {
  const head = [
    line,
    ...fields.map(([name, value]) => `${name}:${' '.repeat(below(3))}${value}${'\t'.repeat(below(2))}`),
  ];
  let text = head.map((one) => `${one}\r\n`).join('') + '\r\n';
  if (!chunked) return text + body;
  for (let at = 0; at < body.length;) {
    const length = Math.min(body.length - at, 1 + below(40));
    text += `${length.toString(16)}\r\n${body.slice(at, at + length)}\r\n`;
    at += length;
  }
  return `${text}0\r\n\r\n`;
}

const cutsFor = ({ below }: Chance, length: number): number[] =>
  Array.from({ length: below(12) }, () => below(length + 1)).sort((left, right) => left - right);

describe('messages made by chance', () => {
  it(
    'are written as they were read, and read again as they were written',
    () => {
      const luck = chance(SEED);
      for (let round = 0; round < 1500; round++) {
        const models = Array.from({ length: 1 + luck.below(4) }, () => model(luck));
        const octets = models.map((one) => octetsOf(one, luck)).join('');
        const relayed = relayRequests(octets, cutsFor(luck, octets.length));
        const expected = models.map(({ line, fields, body }) => ({ line, fields, body, trailers: [] }));
        expect(relayed.ending).toBe('idle');
        expect(readRequests(relayed.messages.join('')).messages).toEqual(expected);
        const again = relayRequests(relayed.messages.join(''));
        expect(readRequests(again.messages.join('')).messages).toEqual(expected);
      }
    },
    PATIENCE_MS,
  );
});

const NASTY = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '0',
  '\r\n ',
  '\x7f',
  '\xff',
  'chunked',
  '-',
  '+',
];

function mutate(octets: string, others: readonly string[], { below, pick }: Chance): string {
  let text = octets;
  for (let count = 1 + below(3); count > 0; count--) {
    const at = below(text.length + 1);
    const length = below(6);
    const choice = below(5);
    if (choice === 0) text = text.slice(0, at) + pick(NASTY) + text.slice(at);
    else if (choice === 1) text = text.slice(0, at) + text.slice(at + length);
    else if (choice === 2) text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
    else if (choice === 3) text = text.slice(0, at) + text.slice(at, at + length * 8) + text.slice(at);
    else text = text.slice(0, at) + pick(others).slice(below(20));
  }
  return text;
}

/** What two readers must agree about: which requests there are, and what their bodies are. */
const essence = ({ line, body }: { line: string; body: string }): unknown => ({
  // Every HTTP/1 is one, and a port of the target's own that goes without saying is not written.
  line: line.replace(/\.[0-9]$/, '').replace(/^([^ ]* [^/ ]*\/\/[^/ ]*?):(?:0*80|0*443)?(?=[/ ])/, '$1'),
  body,
});

describe('messages that were changed by chance', () => {
  const requests = requestCases.map(({ octets }) => octets).filter(({ length }) => length > 0 && length < 2000);

  it(
    'are read the same however they are cut, and forwarded as a strict reader takes them',
    () => {
      const luck = chance(SEED + 1);
      let agreed = 0;
      for (let round = 0; round < 12_000; round++) {
        const octets = mutate(luck.pick(requests), requests, luck);
        const relayed = relayRequests(octets);
        const reading = readRequests(relayed.messages.join(''));
        expect(reading.stopped, JSON.stringify(octets)).not.toBe('wrong');
        const whole =
          relayed.ending === 'body' || typeof relayed.ending === 'object' ? undefined : relayed.messages.length;
        if (whole !== undefined) expect(reading.messages.length, JSON.stringify(octets)).toBe(whole);
        const cut = relayRequests(octets, cutsFor(luck, octets.length));
        expect([cut.ending, readRequests(cut.messages.join('')).messages]).toEqual([relayed.ending, reading.messages]);
        // Where a strict reader has taken the octets themselves, it has taken the same requests, as far as ours goes.
        const strict = readRequests(octets);
        if (strict.stopped === 'wrong' || typeof relayed.ending === 'object') continue;
        // LF alone ends no line of a strict reader's: it may know fewer of them.
        const ours = reading.messages.map(essence);
        const common = Math.min(strict.messages.length, ours.length);
        expect(strict.messages.slice(0, common).map(essence), JSON.stringify(octets)).toEqual(ours.slice(0, common));
        if (strict.stopped === 'idle' && relayed.ending === 'idle') expect(strict.messages.length).toBe(ours.length);
        agreed++;
      }
      expect(agreed).toBeGreaterThan(400);
    },
    PATIENCE_MS,
  );

  it(
    'of servers neither',
    () => {
      const luck = chance(SEED + 2);
      const answers = responseCases.filter(({ octets: { length } }) => length > 0 && length < 2000);
      const texts = answers.map(({ octets }) => octets);
      for (let round = 0; round < 6000; round++) {
        const { request } = luck.pick(answers);
        const octets = mutate(luck.pick(texts), texts, luck);
        const methods = [request.split(' ')[0] ?? ''];
        const relayed = relayResponses(request, octets, true);
        const reading = readResponses(relayed.messages.join(''), methods, true);
        expect(reading.stopped, JSON.stringify(octets)).not.toBe('wrong');
        const cut = relayResponses(request, octets, true, cutsFor(luck, octets.length));
        expect([cut.ending, cut.messages.length]).toEqual([relayed.ending, relayed.messages.length]);
      }
    },
    PATIENCE_MS,
  );
});
