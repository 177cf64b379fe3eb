import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ForwardedMessage, HttpCase, ResponseCase } from '../../director/engine/http/fixtures/http-case.ts';
import { requestCases, responseCases } from '../../director/engine/http/fixtures/http-cases.ts';
import { readRequests, readResponses } from '../../director/engine/http/fixtures/reference-reader.ts';
import { relayRequests, relayResponses } from '../../director/engine/http/fixtures/relay.ts';
import { requestRefusalStatus } from '../../director/engine/http/refusal.ts';
import type { Exchange } from './support/haproxy-verdicts.ts';
import { HaproxyVerdicts, haproxyVersion } from './support/haproxy-verdicts.ts';

// What Debian's haproxy does with every case of the table, beside what the director's engine does. The table's cases say where
// both differ, and docs/director/differences.md why.

const version = haproxyVersion();
const requests = new Map<string, Exchange>();
const responses = new Map<string, Exchange>();

beforeAll(async () => {
  if (version === undefined) return;
  const haproxy = await HaproxyVerdicts.start();
  try {
    const sent = await haproxy.exchange(requestCases.map(({ octets }) => ({ octets })));
    for (const [index, { name }] of requestCases.entries()) requests.set(name, sent[index] as Exchange);
    const answered = await haproxy.exchange(
      responseCases.map(({ request, octets, closes }) => ({ octets: request, answer: { octets, closes } })),
    );
    for (const [index, { name }] of responseCases.entries()) responses.set(name, answered[index] as Exchange);
  } finally {
    await haproxy.stop();
  }
});

beforeEach((context) => {
  if (version === undefined) context.skip('no haproxy here: apt-get install haproxy');
  else if (!version.includes(' 2.6.')) context.skip(`the table is measured with haproxy 2.6, not ${version}`);
});

afterAll(() => {
  requests.clear();
  responses.clear();
});

/** The order of fields aside, and the case of Connection's options. */
const comparable = ({ line, fields, body, trailers }: ForwardedMessage): unknown => ({
  line,
  fields: fields.map(([name, value]) => `${name}: ${name === 'connection' ? value.toLowerCase() : value}`).sort(),
  body,
  trailers,
});

/** haproxy forwards these trailers at one time and refuses them at another. */
const UNSTEADY = 'trailer-names';

interface Verdict {
  readonly messages: readonly unknown[];
  /** Of haproxy's own error page, or ours; undefined for none. */
  readonly status: number | undefined;
  /** Octets that no strict reader takes have been forwarded. */
  readonly wrong: boolean;
}

/** The last status in what a client has got, if the proxy itself has sent it. */
function ownStatus(client: string): number | undefined {
  const page = /HTTP\/1\.1 ([45][0-9]{2}) [^\r]*\r\n(?:[^\r]+\r\n)*\r\n<html><body><h1>[^]*<\/html>\n$/i.exec(client);
  return page === null ? undefined : Number(page[1]);
}

function haproxyRequests({ client, server }: Exchange): Verdict {
  const readings = server.map((octets) => readRequests(octets));
  return {
    messages: readings.flatMap(({ messages }) => messages).map(comparable),
    status: ownStatus(client),
    wrong: readings.some(({ stopped }) => stopped === 'wrong'),
  };
}

function ourRequests({ octets }: HttpCase): Verdict {
  const { messages, ending } = relayRequests(octets);
  const status = typeof ending === 'object' ? requestRefusalStatus(ending.refused) : undefined;
  return { messages: readRequests(messages.join('')).messages.map(comparable), status, wrong: false };
}

/** Waiting ends with 408 or 504; that is nobody's refusal. */
const refusal = ({ status }: Verdict): number | undefined => (status === 408 || status === 504 ? undefined : status);

describe(`requests, beside ${version ?? 'haproxy'}`, () => {
  it.each(requestCases)('$name', (one) => {
    const theirs = haproxyRequests(requests.get(one.name) as Exchange);
    const ours = ourRequests(one);
    if (one.differs === undefined) {
      expect({ messages: ours.messages, status: ours.status }).toEqual({
        messages: theirs.messages,
        status: refusal(theirs),
      });
      expect(theirs.wrong).toBe(false);
      if (one.ending === 'head' && one.forwarded.length === 0) expect(theirs.status).toBe(408);
      return;
    }
    // Ours may be stricter, never laxer; and a difference that is none must go from the list.
    if (refusal(theirs) !== undefined) expect(ours.status).toBeDefined();
    if (one.differs === UNSTEADY) return;
    const same = !theirs.wrong && refusal(theirs) === ours.status;
    expect(same && JSON.stringify(theirs.messages) === JSON.stringify(ours.messages)).toBe(false);
  });
});

const methodOf = ({ request }: ResponseCase): string => request.split(' ')[0] ?? '';

function haproxyResponses(one: ResponseCase, { client }: Exchange): Verdict {
  const status = ownStatus(client);
  const { messages, stopped } = readResponses(client, [methodOf(one)], true);
  return { messages: (status === undefined ? messages : []).map(comparable), status, wrong: stopped === 'wrong' };
}

function ourResponses(one: ResponseCase): Verdict {
  const { messages, ending } = relayResponses(one.request, one.octets, one.closes);
  const whole = readResponses(messages.join(''), [methodOf(one)], true).messages;
  return { messages: whole.map(comparable), status: typeof ending === 'object' ? 502 : undefined, wrong: false };
}

describe(`responses, beside ${version ?? 'haproxy'}`, () => {
  it.each(responseCases)('$name', (one) => {
    const theirs = haproxyResponses(one, responses.get(one.name) as Exchange);
    const ours = ourResponses(one);
    // What fails behind a head that has gone out can only end the connection.
    const late = typeof one.ending === 'object' && theirs.status === undefined && theirs.messages.length === 0;
    const same = (late || theirs.status === ours.status) && !theirs.wrong;
    if (one.differs === undefined) {
      expect(theirs.messages).toEqual(ours.messages);
      expect(same).toBe(true);
      return;
    }
    if (theirs.status !== undefined) expect(ours.status).toBeDefined();
    expect(same && JSON.stringify(theirs.messages) === JSON.stringify(ours.messages)).toBe(false);
  });
});

it('lists every difference with its reason', async () => {
  const file = new URL('../../docs/director/differences.md', import.meta.url);
  const [, section = ''] = (await readFile(file, 'utf8')).split("## From HAProxy's reading of HTTP/1");
  const rows = [...section.matchAll(/^\| `([a-z0-9.-]+)` \|/gm)].map((row) => row[1]);
  const words = [...requestCases, ...responseCases].flatMap(({ differs }) => differs ?? []);
  expect([...new Set(words)].sort()).toEqual([...new Set(rows)].sort());
});
