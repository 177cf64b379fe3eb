import { describe, expect, it } from 'vitest';
import { parseRequest } from './protocol.ts';

describe('parseRequest', () => {
  it.each([
    ['{"method":"snapshot"}', { method: 'snapshot' }],
    ['{"method":"watch"}', { method: 'watch', adverts: false }],
    ['{"method":"watch","adverts":true}', { method: 'watch', adverts: true }],
    ['{"method":"stop","more":1}', { method: 'stop' }],
  ])('%s is understood', (line, request) => {
    expect(parseRequest(line)).toEqual(request);
  });
  it.each([
    ['not json', 'bad-request'],
    ['{"method":"format"}', 'unknown-method'],
    ['{}', 'unknown-method'],
    ['null', 'unknown-method'],
    ['[]', 'unknown-method'],
    ['{"method":"constructor"}', 'unknown-method'],
  ])('%s is refused as %s', (line, code) => {
    expect(parseRequest(line)).toMatchObject({ code });
  });
});
