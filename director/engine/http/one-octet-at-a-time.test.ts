import { afterEach, describe, expect, it, vi } from 'vitest';
import { BodyReader } from './body-reader.ts';
import { fromLatin1 } from './octets.ts';
import { RequestHead } from './request-head.ts';

let reads = 0;

/** Counts each octet that is read from it, and each word read by a view. */
function counted(text: string): Uint8Array {
  const octets = fromLatin1(text);
  return new Proxy(octets, {
    get: (_, key) => {
      if (typeof key === 'string' && /^[0-9]+$/.test(key)) reads++;
      return Reflect.get(octets, key, octets) as unknown;
    },
  });
}

function watchWords(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own view as `this` below
  const original = DataView.prototype.getInt32;
  vi.spyOn(DataView.prototype, 'getInt32').mockImplementation(function (this: DataView, at: number, little?: boolean) {
    reads += 4;
    return original.call(this, at, little);
  });
}

afterEach(() => vi.restoreAllMocks());

const HEADS = {
  'a long value': `GET / HTTP/1.1\r\nhost: a\r\nx: ${'v'.repeat(12_000)}\r\n\r\n`,
  'a long target': `GET /${'t'.repeat(12_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  'many fields': `GET / HTTP/1.1\r\nhost: a\r\n${`name: ${'v'.repeat(100)}\r\n`.repeat(98)}\r\n`,
  'many folds': `GET / HTTP/1.1\r\nhost: a\r\nx: a${'\r\n '.repeat(4000)}\r\n\r\n`,
  'many blanks': `GET / HTTP/1.1\r\nhost: a\r\nx:${' '.repeat(12_000)}y\r\n\r\n`,
  'many empty lines': `${'\r\n'.repeat(6000)}GET / HTTP/1.1\r\nhost: a\r\n\r\n`,
};

describe('octets that come one at a time', () => {
  it.each(Object.entries(HEADS))('cost no more than a few reads each: %s', (_, text) => {
    watchWords();
    const buffer = counted(text);
    const head = new RequestHead();
    head.begin(0);
    reads = 0;
    for (let end = 1; end < text.length; end++) expect(head.read(buffer, end)).toBe('more');
    expect(head.read(buffer, text.length)).toBe('done');
    expect(reads).toBeLessThan(8 * text.length);
  });

  it('cost no more in chunks', () => {
    const text = `${`1;${'x'.repeat(8)}\r\ny\r\n`.repeat(500)}0\r\nt: ${'v'.repeat(5000)}\r\n\r\n`;
    const buffer = counted(text);
    watchWords();
    const body = new BodyReader();
    body.begin('chunked', 0, 0);
    reads = 0;
    let data = 0;
    let event = body.next(buffer, 0);
    for (let end = 1; end <= text.length; end++)
      for (event = body.next(buffer, end); event === 'data'; event = body.next(buffer, end))
        data += body.to - body.from;
    expect([event, data]).toEqual(['end', 500]);
    expect(reads).toBeLessThan(8 * text.length);
  });
});

describe('a head whose buffer moves', () => {
  it('is read on where it lies then', () => {
    const text = 'POST http://a:80/x HTTP/1.1\r\nHost: a:80\r\nX: y\r\n folded\r\ncontent-length: 3\r\n\r\nabc';
    for (let cut = 0; cut < text.length - 3; cut++) {
      const first = new Uint8Array(200);
      first.set(fromLatin1(text.slice(0, cut)), 40);
      const head = new RequestHead();
      head.begin(40);
      expect(head.read(first, 40 + cut)).toBe('more');
      const second = new Uint8Array(120);
      second.set(first.subarray(40, 40 + cut), 5);
      second.set(fromLatin1(text.slice(cut)), 5 + cut);
      head.moved(second, -35);
      expect(head.read(second, 5 + text.length)).toBe('done');
      expect([head.methodText(), head.targetText(), head.length]).toEqual(['POST', 'http://a:80/x', 3]);
      expect([head.fields.nameText(0), head.fields.valueText(0), head.fields.valueText(1)]).toEqual([
        'Host',
        'a:80',
        'y   folded',
      ]);
      expect(second[head.at]).toBe('a'.charCodeAt(0));
    }
  });
});
