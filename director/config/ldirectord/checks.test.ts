import { describe, expect, it } from 'vitest';
import { parseLdirectord } from './parse.ts';

/** What each was measured with: the check functions of ldirectord 4.12 itself (test/integration/ldirectord-checks.test.ts). */
const read = (port: number, ...lines: string[]) => {
  const text = [`virtual=10.0.0.1:${port}`, `real=10.0.0.2:${port} gate`, ...lines].join('\n\t');
  const { configuration, problems } = parseLdirectord(`${text}\n`, 'l.cf');
  return {
    checks: configuration?.virtualServers[0]?.realServers[0]?.checks,
    said: problems.map(({ message }) => message),
  };
};

describe('the checks of ldirectord', () => {
  it('http follows seven redirects; its Host has no port', () => {
    expect(read(80).checks).toMatchObject([{ kind: 'HTTP_GET', urls: [{ path: '/', redirects: 7 }] }]);
    expect(read(80).checks?.[0]).not.toHaveProperty('urls.0.virtualHost');
    expect(read(8080, 'service=http').checks).toMatchObject([{ urls: [{ virtualHost: '10.0.0.2', redirects: 7 }] }]);
    expect(read(443, 'virtualhost=web.example').checks).toMatchObject([
      { kind: 'SSL_GET', urls: [{ virtualHost: 'web.example' }] },
    ]);
    // The user agent asks an address: nothing is sent as a name.
    expect(read(443, 'virtualhost=web.example').checks?.[0]).not.toHaveProperty('serverName');
  });

  it.each([
    [110, [], 'pop without a login looks at nothing, as in ldirectord: every server is up'],
    [995, ['receive="x"'], 'pops without a login looks at nothing, as in ldirectord: every server is up'],
    [21, [], 'ftp without something to receive looks at nothing, as in ldirectord: every server is up'],
    [
      21,
      ['request="f"', 'receive=".*"'],
      'ftp without something to receive looks at nothing, as in ldirectord: every server is up',
    ],
  ])('port %i with %j looks at nothing, and says so', (port, lines, message) => {
    const { checks, said } = read(port, ...lines);
    expect(checks).toMatchObject([{ kind: 'NEGOTIATE', service: 'none' }]);
    expect(said).toEqual([message]);
  });

  it('with a login, or something to receive, they look', () => {
    expect(read(110, 'login="a"', 'passwd="b"')).toMatchObject({ checks: [{ service: 'pop' }], said: [] });
    expect(read(21, 'request="f"', 'receive="x"')).toMatchObject({ checks: [{ service: 'ftp' }], said: [] });
  });

  it('dns wants the address of a name or the name of an address, over the protocol of the service', () => {
    expect(read(53, 'request="web.example"', 'receive="10.0.0.9"').checks).toMatchObject([
      { kind: 'DNS_CHECK', type: 'A', name: 'web.example', expect: '10.0.0.9' },
    ]);
    expect(read(53, 'request="web.example"', 'receive="x"').checks?.[0]).not.toHaveProperty('transport');
    expect(read(5353, 'service=dns', 'request="10.1.2.3"', 'receive="web"').checks).toMatchObject([
      { type: 'PTR', name: '3.2.1.10.in-addr.arpa', transport: 'tcp' },
    ]);
    expect(read(53, 'request="2001:db8::1"', 'receive="web"').checks).toMatchObject([
      { name: '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa' },
    ]);
  });

  it('dns without something to receive finds every server down', () => {
    const { checks, said } = read(53, 'request="web.example"');
    expect(checks).toMatchObject([{ expect: '(?!)' }]);
    expect(said).toEqual(['dns without something to receive finds every server down, as in ldirectord']);
  });

  it('ldap has the time of checktimeout, the others that of negotiatetimeout', () => {
    const times = ['checktimeout=4', 'negotiatetimeout=9'];
    expect(read(389, ...times).checks).toMatchObject([{ service: 'ldap', timeoutMs: 4000 }]);
    expect(read(143, ...times).checks).toMatchObject([{ service: 'imap', timeoutMs: 9000 }]);
  });
});
