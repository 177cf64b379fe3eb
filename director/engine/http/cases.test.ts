import { describe, expect, it } from 'vitest';
import type { ExpectedMessage, ForwardedMessage, HttpCase } from './fixtures/http-case.ts';
import { requestCases, responseCases } from './fixtures/http-cases.ts';
import { readRequests, readResponses } from './fixtures/reference-reader.ts';
import type { Relayed } from './fixtures/relay.ts';
import { relayRequests, relayResponses } from './fixtures/relay.ts';

const pair = (line: string): readonly [string, string] => [
  line.slice(0, line.indexOf(':')),
  line.slice(line.indexOf(':') + 2),
];
const expected = ({ head, body = '', trailers = [] }: ExpectedMessage): ForwardedMessage => ({
  line: head[0] ?? '',
  fields: head.slice(1).map(pair),
  body,
  trailers: trailers.map(pair),
});

/** The verdict, and that a strict reader takes what is forwarded for just these messages. */
function check(
  one: HttpCase,
  relayed: Relayed,
  reading: { messages: readonly ForwardedMessage[]; stopped: string },
): void {
  expect(relayed.ending).toEqual(one.ending);
  expect(reading.messages).toEqual(one.forwarded.map(expected));
  expect(reading.stopped).not.toBe('wrong');
  // The reader overlooks blanks around values; what is written has none.
  for (const [index, { head }] of one.forwarded.entries())
    expect(relayed.messages[index]?.startsWith(`${head.join('\r\n')}\r\n\r\n`)).toBe(true);
}

/** Every cut of short octets; of long ones, those around their ends. */
function cutsOf(octets: string): readonly number[] {
  const all = Array.from({ length: octets.length }, (_, at) => at);
  return octets.length <= 600 ? all : all.filter((at) => at < 40 || at > octets.length - 40 || at % 1999 === 0);
}

const everyOctet = (octets: string): number[] => Array.from({ length: octets.length }, (_, at) => at + 1);
const methodOf = (request: string): string => request.split(' ')[0] ?? '';

/** Some thousand relays on a machine that others use. */
const PATIENCE_MS = 120_000;

describe('requests', () => {
  it.each(requestCases)('$name', (one) => {
    const relayed = relayRequests(one.octets);
    check(one, relayed, readRequests(relayed.messages.join('')));
  });

  it(
    'are the same wherever they are cut in two, and octet by octet',
    () => {
      for (const { name, octets } of requestCases) {
        const whole = decoded(relayRequests(octets), (text) => readRequests(text));
        for (const cut of cutsOf(octets))
          expect(
            decoded(relayRequests(octets, [cut]), (text) => readRequests(text)),
            `${name} at ${cut}`,
          ).toEqual(whole);
        const single = relayRequests(octets, everyOctet(octets));
        expect(
          decoded(single, (text) => readRequests(text)),
          name,
        ).toEqual(whole);
      }
    },
    PATIENCE_MS,
  );
});

describe('responses', () => {
  it.each(responseCases)('$name', (one) => {
    const relayed = relayResponses(one.request, one.octets, one.closes);
    check(one, relayed, readResponses(relayed.messages.join(''), [methodOf(one.request)], true));
  });

  it(
    'are the same wherever they are cut in two, and octet by octet',
    () => {
      for (const { name, octets, request, closes } of responseCases) {
        const read = (text: string): unknown => readResponses(text, [methodOf(request)], true);
        const whole = decoded(relayResponses(request, octets, closes), read);
        for (const cut of cutsOf(octets))
          expect(decoded(relayResponses(request, octets, closes, [cut]), read), `${name} at ${cut}`).toEqual(whole);
        const single = relayResponses(request, octets, closes, everyOctet(octets));
        expect(decoded(single, read), name).toEqual(whole);
      }
    },
    PATIENCE_MS,
  );
});

/** Data may be cut into other chunks, but the messages are the same. */
function decoded(relayed: Relayed, read: (text: string) => unknown): unknown {
  return { ending: relayed.ending, reading: strip(read(relayed.messages.join(''))), rest: relayed.rest };
}

/** What is not a whole message yet may be cut anywhere. */
function strip(reading: unknown): unknown {
  const { messages, stopped } = reading as { messages: unknown; stopped: unknown };
  return { messages, stopped };
}

describe('the table', () => {
  it('has enough cases, each with a name of its own', () => {
    const names = [...requestCases, ...responseCases].map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(600);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
