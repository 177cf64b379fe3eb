import { describe, expect, it } from 'vitest';
import { hostHeader, resolveLocation, urlOf } from './location.ts';

const base = { tls: false, host: '10.0.0.1', port: 8080, path: '/a/b?x=1' };
const to = (location: string, from = base): string => {
  const place = resolveLocation(from, location);
  return 'problem' in place ? place.problem : urlOf(place);
};

describe('a Location', () => {
  it.each([
    ['/c', 'http://10.0.0.1:8080/c'],
    ['c', 'http://10.0.0.1:8080/a/c'],
    ['../c?y#z', 'http://10.0.0.1:8080/c?y'],
    ['./', 'http://10.0.0.1:8080/a/'],
    ['../../..', 'http://10.0.0.1:8080/'],
    ['?y=2', 'http://10.0.0.1:8080/a/b?y=2'],
    ['#z', 'http://10.0.0.1:8080/a/b?x=1'],
    ['http:c', 'http://10.0.0.1:8080/a/c'],
    ['//web.example/c', 'http://web.example/c'],
    ['HTTPS://Web.Example', 'https://web.example/'],
    ['https://[2001:db8::1]:8443/c', 'https://[2001:db8::1]:8443/c'],
    ['http://me:secret@web.example:80?q', 'http://web.example/?q'],
    ['/a b\u00f1', 'http://10.0.0.1:8080/a%20b%F1'],
    ['ftp://web.example/c', 'it leads to ftp: and not to a web server'],
    ['https:c', 'it leads to a URL without a host'],
    ['http://:80/', 'it leads to ":80", which is no host'],
    ['http://web.example:0/', 'it leads to "web.example:0", which is no host'],
    ['http://web.example:70000/', 'it leads to "web.example:70000", which is no host'],
  ])('%s', (location, url) => {
    expect(to(location)).toBe(url);
  });

  it('a line break in it cannot add a header', () => {
    expect(to('/a\nHost: b')).not.toContain('\n');
  });

  it('Host has the port only where it is not the usual one', () => {
    expect(hostHeader({ tls: true, host: 'fd00::1', port: 443, path: '/' })).toBe('[fd00::1]');
    expect(hostHeader({ tls: true, host: 'web.example', port: 80, path: '/' })).toBe('web.example:80');
  });
});
