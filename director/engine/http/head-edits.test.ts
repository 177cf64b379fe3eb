import { describe, expect, it } from 'vitest';
import { fieldName } from './field-name.ts';
import type { FieldName } from './field-name.ts';
import { outgoingRequest } from './forwarding.ts';
import { HeadEdits } from './head-edits.ts';
import { HeadWriter } from './head-writer.ts';
import { fromLatin1, toLatin1 } from './octets.ts';
import { RequestHead } from './request-head.ts';

const head = new RequestHead();
const edits = new HeadEdits();
const name = (text: string): FieldName => {
  const found = fieldName(text);
  if (found === undefined) throw new Error(`${text} is no name`);
  return found;
};

function load(...lines: string[]): void {
  const octets = fromLatin1(`${['GET / HTTP/1.1', 'Host: a', ...lines].join('\r\n')}\r\n\r\n`);
  head.begin(0);
  expect(head.read(octets, octets.length)).toBe('done');
  edits.begin(head.fields);
}

function written(writer = new HeadWriter()): string {
  const into = new Uint8Array(8000);
  return toLatin1(into, 0, writer.request(head, edits, outgoingRequest(head, 'keep-alive'), into, 0));
}

const lines = (...parts: string[]): string => `${parts.join('\r\n')}\r\n\r\n`;

describe('edits of a head', () => {
  it('add behind all others, and are gone with the next head', () => {
    load('x: 1');
    expect(edits.add(name('X-Forwarded-For'), fromLatin1('192.0.2.1'))).toBe(true);
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'x: 1', 'x-forwarded-for: 192.0.2.1'));
    load('x: 1');
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'x: 1'));
  });

  it('set one for all of its name, also those that were added', () => {
    load('X: 1', 'y: 2', 'x: 3');
    edits.add(name('x'), fromLatin1('4'));
    edits.set(name('x'), fromLatin1('5'));
    expect(edits.find(name('x'))).toBe(5);
    expect(edits.valueText(5)).toBe('5');
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'y: 2', 'x: 5'));
  });

  it('delete all of a name', () => {
    load('X: 1', 'y: 2', 'x: 3');
    edits.add(name('x'), fromLatin1('4'));
    expect(edits.delete(name('x'))).toBe(3);
    expect(edits.find(name('x'))).toBe(-1);
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'y: 2'));
  });

  it('replace one value, also one that was added', () => {
    load('x: 1', 'x: 2');
    edits.add(name('x'), fromLatin1('3'));
    edits.replace(edits.find(name('x'), 1), fromLatin1('b'));
    edits.replace(3, fromLatin1('c'));
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'x: 1', 'x: b', 'x: c'));
  });

  it('change method and target', () => {
    load();
    expect(edits.setMethod('PUT')).toBe(true);
    expect(edits.setTarget('/b?c')).toBe(true);
    expect(written()).toBe(lines('PUT /b?c HTTP/1.1', 'host: a'));
  });

  it.each(['a\r\nx: y', 'a\n', '\0', '\x7f', 'a\r'])('never write %j', (value) => {
    load('x: 1');
    expect(edits.add(name('y'), fromLatin1(value))).toBe(false);
    expect(edits.set(name('x'), fromLatin1(value))).toBe(false);
    expect(edits.replace(1, fromLatin1(value))).toBe(false);
    expect(edits.setTarget(`/${value}`)).toBe(false);
    expect(edits.setMethod(value)).toBe(false);
    expect(edits.setStatus(200, value)).toBe(false);
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'x: 1'));
  });

  it('leave framing and the connection to the writer', () => {
    load('content-length: 3', 'connection: close');
    expect(edits.set(name('Content-Length'), fromLatin1('9'))).toBe(false);
    expect(edits.add(name('transfer-encoding'), fromLatin1('chunked'))).toBe(false);
    expect(edits.delete(name('content-length'))).toBe(0);
    expect(edits.replace(1, fromLatin1('9'))).toBe(false);
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a', 'content-length: 3'));
  });

  it('hold more than the head had', () => {
    load();
    for (let count = 0; count < 300; count++) edits.add(name('n'), fromLatin1('v'));
    edits.delete(name('n'));
    expect(written()).toBe(lines('GET / HTTP/1.1', 'host: a'));
  });
});

describe('a head that is written', () => {
  it('says that there is too little room, and fits where it says it does', () => {
    load('x: y');
    const outgoing = outgoingRequest(head, 'keep-alive');
    const whole = written().length;
    const writer = new HeadWriter();
    for (let room = 0; room < 400; room++) {
      const into = new Uint8Array(room + 1).fill(7);
      const end = writer.request(head, edits, outgoing, into.subarray(0, room), 0);
      expect([-1, whole]).toContain(end);
      expect(into[room]).toBe(7);
    }
    expect(writer.request(head, edits, outgoing, new Uint8Array(400), 0)).toBe(whole);
  });

  it('takes names as h1-case-adjust has them', () => {
    load('x-fOO: 1', 'Accept: 2');
    const cases = new Map([
      ['host', fromLatin1('Host')],
      ['x-foo', fromLatin1('X-Foo')],
    ]);
    expect(written(new HeadWriter(cases))).toBe(lines('GET / HTTP/1.1', 'Host: a', 'X-Foo: 1', 'accept: 2'));
  });
});

describe('names', () => {
  it.each(['', 'a b', 'a:', 'é', 'a\r'])('%j is none', (text) => expect(fieldName(text)).toBeUndefined());
});
