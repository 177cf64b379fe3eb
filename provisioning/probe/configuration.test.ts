import { describe, expect, it } from 'vitest';
import { defaultTimeoutMs, parseConfiguration } from './configuration.ts';

const web = { kind: 'http', name: 'web', url: 'http://192.0.2.1/' };
const dns = { kind: 'dns', name: 'dns', server: '192.0.2.2', query: 'www.example.' };

describe('probe configuration', () => {
  it('is read from one line, with the default time-out below the first SYN retransmission', () => {
    const read = parseConfiguration(JSON.stringify({ targets: [web, dns], rate: 20 }));
    expect(read).toEqual({ targets: [web, dns], rate: 20, timeoutMs: defaultTimeoutMs });
    expect(defaultTimeoutMs).toBeLessThan(1000);
  });

  it.each([
    ['no targets', { targets: [], rate: 20 }, /targets/],
    ['too many targets', { targets: Array.from({ length: 9 }, () => web), rate: 20 }, /1 to 8/],
    ['a rate beyond the hard limit', { targets: [web], rate: 201 }, /rate.*200.*201/],
    ['a rate that is no number', { targets: [web], rate: 'fast' }, /rate/],
    ['a time-out beyond the hard limit', { targets: [web], rate: 1, timeoutMs: 60_000 }, /timeoutMs/],
    ['a target of unknown kind', { targets: [{ kind: 'ftp', name: 'x' }], rate: 1 }, /http or dns, not "ftp"/],
    ['a file as url', { targets: [{ ...web, url: 'file:///etc/passwd' }], rate: 1 }, /http: or https:, not file:/],
    ['a target without a name', { targets: [{ ...web, name: '' }], rate: 1 }, /name/],
    ['a list', [], /targets/],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseConfiguration(JSON.stringify(value))).toThrow(message);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseConfiguration('rate=20')).toThrow(SyntaxError);
  });
});
