import { describe, expect, it } from 'vitest';
import { parseRequest } from './protocol.ts';

describe('parseRequest', () => {
  it.each([
    ['{"method":"snapshot"}', { method: 'snapshot', input: {} }],
    ['{"method":"watch"}', { method: 'watch', input: { adverts: false } }],
    ['{"method":"watch","adverts":true}', { method: 'watch', input: { adverts: true } }],
    ['{"method":"watch","types":["table"]}', { method: 'watch', input: { adverts: false, types: ['table'] } }],
    ['{"method":"stop","more":1,"version":1}', { method: 'stop', input: {} }],
    [
      '{"method":"execute","commands":[{"type":"flush"}]}',
      { method: 'execute', input: { commands: [{ type: 'flush' }] } },
    ],
  ])('%s is understood', (line, request) => {
    expect(parseRequest(line)).toEqual(request);
  });
  it.each([
    ['not json', 'bad-request'],
    ['{"method":"format"}', 'unknown-method'],
    ['{"method":"constructor"}', 'unknown-method'],
    ['{"method":"snapshot","version":2}', 'unsupported-version'],
    ['{"method":"execute"}', 'bad-request'],
    ['{"method":"execute","commands":[{"type":"explode"}]}', 'bad-request'],
    ['{"method":"watch","types":["none"]}', 'bad-request'],
    ['{"method":"weight","service":{"protocol":"TCP","address":"a","port":80},"server":{}}', 'bad-request'],
    ['{}', 'bad-request'],
    ['null', 'bad-request'],
    ['[]', 'bad-request'],
  ])('%s is refused as %s', (line, code) => {
    expect(() => parseRequest(line)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
