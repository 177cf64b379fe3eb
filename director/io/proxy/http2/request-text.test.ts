import { describe, expect, it } from 'vitest';
import { toLatin1 } from '../../../engine/http/octets.ts';
import { requestText, trailerText } from './request-text.ts';

const START = [':method', 'POST', ':scheme', 'https', ':authority', 'web.test', ':path', '/a?b'];

function textOf(fields: readonly string[], ends = false): string {
  const found = requestText(fields, ends);
  return typeof found === 'string' ? found : toLatin1(found.octets);
}

describe('a request of HTTP/2 as a head of HTTP/1.1', () => {
  it('has Host, one cookie field, and its content in chunks unless it is counted or none', () => {
    const head = 'POST /a?b HTTP/1.1\r\nhost: web.test\r\nx: caf\xe9\r\n';
    const fields = [...START, 'cookie', 'a=1', 'x', 'caf\xe9', 'cookie', 'b=2'];
    expect(textOf(fields)).toBe(`${head}cookie: a=1; b=2\r\ntransfer-encoding: chunked\r\n\r\n`);
    expect(textOf([...fields, 'content-length', '7'])).toBe(`${head}cookie: a=1; b=2\r\ncontent-length: 7\r\n\r\n`);
    expect(textOf(fields, true)).toBe(`${head}cookie: a=1; b=2\r\n\r\n`);
  });

  // What the library underneath lets through, or would if it were another one.
  it.each([
    [['x', 'a\r\nb: c']],
    [['x', 'a\0']],
    [['x', ' a']],
    [['x: y', '1']],
    [['', '1']],
    [['X', '1']],
    [['transfer-encoding', 'chunked']],
    [['connection', 'x']],
    [['te', 'gzip']],
    [['host', 'other.test']],
    [['content-length', '1, 1']],
    [['content-length', '1', 'content-length', '1']],
    [[':path', '/second']],
    [['x', '1', ':late', '1']],
  ])('is none with %j', (more) => {
    expect(textOf([...START, ...more])).toBe('malformed');
  });

  it.each([
    [':path', 'a'],
    [':path', '/a b'],
    [':path', '*'],
    [':method', 'GET /'],
    [':scheme', 'ftp'],
    [':authority', 'web.test\r\nx: y'],
  ])('is none where %s is %j', (name, value) => {
    expect(textOf(START.map((one, at) => (START[at - 1] === name ? value : one)))).toBe('malformed');
  });

  it('says that HTTP/1.1 is the way to a tunnel, and has no pseudo-fields in trailers', () => {
    expect(requestText([':method', 'CONNECT', ':authority', 'a:1'], false)).toBe('connect');
    expect(trailerText([':path', '/'])).toBe('malformed');
    expect(trailerText(['x', '1'])).toEqual(new Uint8Array(Buffer.from('x: 1\r\n\r\n')));
  });
});
