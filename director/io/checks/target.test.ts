import { describe, expect, it } from 'vitest';
import { reasonOf } from './target.ts';

const tlsError = (reason: string): Error =>
  Object.assign(new Error(`806C880E897F0000:error:0A00010B:SSL routines:some_call:${reason}:../ssl/file.c:354:\n`), {
    code: 'ERR_SSL_WHATEVER',
  });

describe('why a connection failed', () => {
  it.each([
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:80'), { code: 'ECONNREFUSED' }), 'connection refused'],
    [tlsError('wrong version number'), 'TLS: the server does not speak it on this port'],
    [tlsError('tlsv1 alert protocol version'), 'TLS: tlsv1 alert protocol version'],
    [new Error('something else'), 'something else'],
  ])('%s', (error, reason) => expect(reasonOf(error)).toBe(reason));
});
