import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../http/octets.ts';
import { ErrorCaptures, type CapturedError } from './error-captures.ts';

const error = (differing: Partial<CapturedError> = {}): CapturedError => ({
  kind: 'request',
  at: 0,
  proxy: { name: 'fe', id: 2 },
  other: undefined,
  server: undefined,
  source: '192.0.2.1:4711',
  octets: fromLatin1('GET / HTTP/1.1\r\nb\0d\r\n'),
  position: 17,
  ...differing,
});

describe('messages that were not understood', () => {
  it('shows the last of each proxy and kind, line by line', () => {
    const captures = new ErrorCaptures();
    captures.add(error({ octets: fromLatin1('old\n') }));
    captures.add(error());
    expect(captures.total).toBe(2);
    expect(captures.captured(['fe'], undefined, () => 0)).toBe(
      ' \n[01/Jan/1970:00:00:00.000] frontend fe (#2): invalid request\n' +
        '  backend <NONE> (#-1), server <NONE> (#-1), event #1, src 192.0.2.1:4711\n' +
        '  len 21, error at position 17\n  \n' +
        '  00000  GET / HTTP/1.1\\r\\n\n  00016  b\\x00d\\r\\n\n',
    );
    expect(captures.captured(['fe'], 'response', () => 0)).toBe('');
    expect(captures.captured(['be'], undefined, () => 0)).toBe('');
  });

  it('keeps its own octets, and goes on with long lines', () => {
    const captures = new ErrorCaptures();
    const octets = fromLatin1('x'.repeat(75));
    captures.add(error({ octets }));
    octets.fill(0);
    expect(captures.captured(['fe'], 'request', () => 0)).toContain(`  00000  ${'x'.repeat(70)}\n  00070+ xxxxx\n`);
  });
});
