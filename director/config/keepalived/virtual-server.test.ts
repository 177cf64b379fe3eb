import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseKeepalived } from './parse.ts';

const said = (text: string) => parseKeepalived(text, 'k.conf').problems.map(formatProblem);
const services = (text: string) => {
  const { configuration, problems } = parseKeepalived(text, 'k.conf');
  expect(problems.map(formatProblem)).toEqual([]);
  return configuration?.virtualServers ?? [];
};
const service = (lines: string, server = '', head = '10.0.0.1 80') =>
  `virtual_server ${head} {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n${lines}\n real_server 10.0.0.2 80 {\n${server}\n }\n}`;
const check = (lines: string) => services(service('', lines))[0]?.realServers[0]?.checks[0];

describe('virtual_server', () => {
  it('has the defaults of keepalived', () => {
    expect(services(service(''))).toEqual([
      {
        protocol: 'TCP',
        address: '10.0.0.1',
        port: 80,
        scheduler: 'rr',
        schedulerFlags: [],
        onePacket: false,
        quorum: 1,
        hysteresis: 0,
        notifiesOnStop: false,
        realServers: [
          {
            address: '10.0.0.2',
            port: 80,
            forwarding: 'masq',
            weight: 1,
            upperThreshold: 0,
            lowerThreshold: 0,
            inhibitOnFailure: false,
            startsDown: false,
            checks: [],
          },
        ],
      },
    ]);
  });

  it('reads schedulers with their flags, and one-packet scheduling', () => {
    const text = service(' lb_algo mh\n mh-port\n mh-fallback\n protocol UDP\n ops');
    expect(services(text)).toMatchObject([
      { scheduler: 'mh', schedulerFlags: ['mh-fallback', 'mh-port'], onePacket: true, protocol: 'UDP' },
    ]);
  });

  it.each([
    ['persistence_timeout', { timeoutSeconds: 360, mask: '255.255.255.255' }],
    ['persistence_timeout 50', { timeoutSeconds: 50, mask: '255.255.255.255' }],
    ['persistence_timeout 50\n persistence_granularity 255.255.255.0', { timeoutSeconds: 50, mask: '255.255.255.0' }],
    ['persistence_engine sip', { timeoutSeconds: 360, mask: '255.255.255.255', engine: 'sip' }],
  ])('reads %j', (lines, persistence) => {
    expect(services(service(lines))[0]?.persistence).toEqual(persistence);
  });

  it.each([
    ['DR', { forwarding: 'gate' }],
    ['TUN', { forwarding: 'ipip' }],
    ['TUN type ipip', { forwarding: 'ipip' }],
    [
      'TUN type gue port 6080 remcsum',
      { forwarding: 'ipip', tunnel: { type: 'gue', port: 6080, checksum: 'remote-checksum' } },
    ],
    ['TUN type gre csum', { forwarding: 'ipip', tunnel: { type: 'gre', port: 0, checksum: 'checksum' } }],
  ])('reads lb_kind %s, which servers and sorry server inherit', (kind, expected) => {
    const [first] = services(service(` lb_kind ${kind}\n sorry_server 10.0.0.9 80`));
    expect(first?.realServers[0]).toMatchObject(expected);
    expect(first?.sorryServer).toEqual({ address: '10.0.0.9', port: 80, weight: 1, inhibit: false, ...expected });
  });

  it('reads quorum, notifications and the sorry server', () => {
    const text = service(
      ` quorum 2\n hysteresis 1\n quorum_up "/bin/up 'a b' c" bob staff\n quorum_down /bin/down\n omega
        sorry_server 10.0.0.9 8080\n sorry_server_inhibit\n sorry_server_lvs_method DR`,
      ' weight 3\n notify_up "/bin/n up"\n notify_down "/bin/n \\x41\\"q"\n uthreshold 10\n lthreshold 5',
    );
    expect(services(text)[0]).toMatchObject({
      quorum: 2,
      hysteresis: 1,
      quorumUp: { command: ['/bin/up', 'a b', 'c'], user: 'bob:staff' },
      quorumDown: { command: ['/bin/down'] },
      notifiesOnStop: true,
      sorryServer: { address: '10.0.0.9', port: 8080, inhibit: true, forwarding: 'gate' },
      realServers: [
        {
          weight: 3,
          upperThreshold: 10,
          lowerThreshold: 5,
          notifyUp: { command: ['/bin/n', 'up'] },
          notifyDown: { command: ['/bin/n', 'A"q'] },
        },
      ],
    });
  });

  it('takes marks, whose family is that of the servers unless ip_family says it', () => {
    expect(services('virtual_server fwmark 7 {\n lb_algo rr\n real_server 10.0.0.2 {\n }\n}')).toMatchObject([
      { protocol: 'FWM', mark: 7, address: '0.0.0.0', port: 0, realServers: [{ port: 0 }] },
    ]);
    const tunnelled =
      'virtual_server fwmark 7 {\n lb_algo rr\n lb_kind TUN\n ip_family inet6\n real_server 10.0.0.2 {\n }\n}';
    expect(services(tunnelled)).toMatchObject([{ mark: 7, address: '::' }]);
  });

  it('makes one service of every member of a group, ranges included', () => {
    const group =
      'virtual_server_group G {\n 10.0.0.1 80\n 10.0.1.254-10.0.2.1 81\n 10.0.3.1-2 82\n 10.0.4.8/31 83\n fwmark 5\n}\n';
    const found = services(group + service('', '', 'group G'));
    expect(found.map(({ address, port, mark }) => (mark === undefined ? `${address}:${port}` : mark))).toEqual([
      '10.0.0.1:80',
      '10.0.1.254:81',
      '10.0.1.255:81',
      '10.0.2.0:81',
      '10.0.2.1:81',
      '10.0.3.1:82',
      '10.0.3.2:82',
      '10.0.4.8:83',
      '10.0.4.9:83',
      5,
    ]);
  });

  it.each([
    ['virtual_server 10.0.0.1 80 {\n lb_algo wlcc\n}', 'did you mean "wlc"?'],
    ['virtual_server 10.0.0.1 80 {\n protocol SCTP\n}', 'does not balance SCTP'],
    ['virtual_server 10.0.0.1 80 {\n}', 'no protocol: UDP is taken'],
    ['virtual_server 10.0.0.1 80 {\n}', 'no lb_algo: wlc is taken'],
    ['virtual_server {\n}', 'needs an address and a port'],
    ['virtual_server group G {\n}', 'there is no virtual_server_group "G"'],
    ['virtual_server_group G {\n 10.0.0.9-1 80\n}', 'is no range'],
    ['real_server 10.0.0.2 80 {\n}', 'a real_server outside a virtual_server'],
    [service(' sh-port'), 'sh-port is a flag of the scheduler sh'],
    [service(' ops'), 'ops is only for UDP'],
    [service(' lb_kind DR', '', '10.0.0.1 81'), 'gets the port of its virtual server, 81'],
    [service(' real_server 10.0.0.2 80 {\n }'), 'is there twice; the first one counts'],
    [service(' real_server 2001:db8::1 80 {\n }'), "is not of the virtual server's family"],
    [service(' persistence_timeout 3000000'), 'a whole number from 1 to 2678400'],
    [service(' persistence_timeout 3\n persistence_granularity 24'), 'is no mask for IPv4'],
    [service(' quorum 5'), 'more than all weights together; 1 is taken'],
    [service(' hysteresis 5'), 'is not below the quorum'],
    [service(' lb_kind TUN type gue'), 'type gue needs a port'],
    [service('', ' BFD_CHECK {\n }'), 'bidirectional forwarding detection is not built'],
    [service('', ' TCP_CHEK {\n }'), 'did you mean "TCP_CHECK"?'],
    [`${service('')}\n${service('')}`, 'virtual_server 10.0.0.1 80 (TCP) is there already, on line 1'],
  ])('%j is answered with: %s', (text, message) => {
    expect(said(text).join('\n')).toContain(message);
  });

  it('remembers where servers and checks began', () => {
    const { configuration, origins } = parseKeepalived(service('', ' TCP_CHECK {\n }'), 'k.conf');
    const server = configuration?.virtualServers[0]?.realServers[0];
    const tcp = server?.checks[0];
    expect(server && origins.get(server)).toEqual({ file: 'k.conf', line: 6, column: 2 });
    expect(tcp && origins.get(tcp)).toEqual({ file: 'k.conf', line: 7, column: 2 });
  });
});

describe('checkers', () => {
  const target = { address: '10.0.0.2', port: 80 };
  const timing = { intervalMs: 60_000, timeoutMs: 5000, retries: 1, delayBeforeRetryMs: 1000, warmupMs: 60_000 };

  it('let a checker override what its server and service say', () => {
    const text = service(
      ' delay_loop 3\n retry 5\n alpha',
      ' delay_before_retry 0.5\n inhibit_on_failure\n TCP_CHECK { connect_port 8080\n retry 0\n warmup 0\n }',
    );
    expect(services(text)[0]?.realServers[0]).toMatchObject({
      startsDown: true,
      inhibitOnFailure: true,
      checks: [{ address: '10.0.0.2', port: 8080, retries: 0, delayBeforeRetryMs: 500, intervalMs: 3000, warmupMs: 0 }],
    });
  });

  it('TCP_CHECK and PING_CHECK have nothing of their own', () => {
    expect(check(' TCP_CHECK {\n bindto 10.0.0.3\n bind_port 99\n bind_if eth0\n }')).toEqual({
      ...{ kind: 'TCP_CHECK', ...target, ...timing },
      ...{ bindAddress: '10.0.0.3', bindPort: 99, bindInterface: 'eth0' },
    });
    expect(check(' PING_CHECK {\n }')).toEqual({ kind: 'PING_CHECK', ...target, ...timing });
  });

  it('HTTP_GET', () => {
    const text = `HTTP_GET {
      http_protocol 1.1
      virtualhost v.example
      url {
        path /a
        status_code 200 300-302
        digest 9B3A0C85A887A256D6939DA88AABD8CD
      }
      url {
        path /b
        virtualhost w.example
        regex "o\\\\.k"
        regex_no_match
        regex_options caseless dotall no_start_optimize
        regex_min_offset 3
      }
    }`;
    expect(check(text)).toEqual({
      kind: 'HTTP_GET',
      ...target,
      ...timing,
      delayBeforeRetryMs: 3000,
      version: '1.1',
      userAgent: 'KeepAliveClient',
      urls: [
        {
          path: '/a',
          method: 'GET',
          virtualHost: 'v.example',
          statusCodes: [
            { from: 200, to: 200 },
            { from: 300, to: 302 },
          ],
          digest: '9b3a0c85a887a256d6939da88aabd8cd',
        },
        {
          path: '/b',
          method: 'GET',
          virtualHost: 'w.example',
          statusCodes: [{ from: 200, to: 299 }],
          regex: { source: String.raw`o\.k`, flags: 'is', negated: true, minimumOffset: 3 },
        },
      ],
    });
  });

  it('SSL_GET sends the name of the host when told so', () => {
    expect(check(' SSL_GET {\n enable_sni\n virtualhost v.example\n url { path / }\n }')).toMatchObject({
      kind: 'SSL_GET',
      serverName: 'v.example',
    });
  });

  it('SMTP_CHECK asks every host block', () => {
    const text = service(
      '',
      ' SMTP_CHECK {\n helo_name me\n host { connect_ip 10.0.0.7\n }\n host { connect_port 26\n }\n }',
    );
    expect(services(text)[0]?.realServers[0]?.checks).toMatchObject([
      { kind: 'SMTP_CHECK', address: '10.0.0.7', port: 80, heloName: 'me' },
      { kind: 'SMTP_CHECK', address: '10.0.0.2', port: 26, heloName: 'me' },
    ]);
  });

  it('DNS_CHECK retries three times, a loop apart', () => {
    expect(check(' DNS_CHECK {\n type A\n name www.example\n delay_loop 7\n }')).toMatchObject({
      ...{ kind: 'DNS_CHECK', type: 'A', name: 'www.example', retries: 3, delayBeforeRetryMs: 7000 },
    });
    expect(check(' DNS_CHECK {\n }')).toMatchObject({ type: 'SOA', name: '.' });
  });

  it('MISC_CHECK may take as long as its loop, and does not retry', () => {
    const text = ` MISC_CHECK {\n misc_path "/bin/check 'a b'"\n misc_dynamic\n user bob\n }`;
    expect(check(text)).toEqual({
      ...{ kind: 'MISC_CHECK', ...timing, retries: 0, timeoutMs: 60_000 },
      ...{ command: ['/bin/check', 'a b'], dynamicWeight: true, user: 'bob' },
    });
    expect(check(' MISC_CHECK {\n misc_path /bin/c\n misc_timeout 4\n }')).toMatchObject({ timeoutMs: 4000 });
  });

  it("UDP_CHECK takes the manual's free hexadecimal", () => {
    const text = ' UDP_CHECK {\n payload Ab12f 3 456 546443123\n require_reply 0x x1\n min_reply_length 1\n }';
    expect(check(text)).toMatchObject({
      kind: 'UDP_CHECK',
      payload: 'ab120f034506546443 1203'.replace(' ', ''),
      requireReply: true,
      expect: '0xx1',
      minimumReplyLength: 1,
    });
  });

  it.each([
    [' HTTP_GET {\n }', 'HTTP_GET without a url'],
    [' HTTP_GET {\n url {\n }\n }', 'a url without a path'],
    [' HTTP_GET {\n url {\n path /\n status_code 300-200\n }\n }', '"300-200" is not a status code'],
    [' HTTP_GET {\n url {\n path /\n digest abc\n }\n }', 'no MD5 digest'],
    [' HTTP_GET {\n url {\n path /\n regex "("\n }\n }', 'regular expression is not understood'],
    [' HTTP_GET {\n url {\n path /\n regex a\n regex_options ungreedy\n }\n }', 'has no equal'],
    [' MISC_CHECK {\n }', 'MISC_CHECK without a program'],
    [' UDP_CHECK {\n payload xyz\n }', '"xyz" is not hexadecimal'],
    [' TCP_CHECK {\n connect_timeout 0\n }', 'seconds from 0.000001 to 4294.967295'],
    [' TCP_CHECK {\n connect_prt 3\n }', 'did you mean "connect_port"?'],
    [' DNS_CHECK {\n type SRV\n }', '"SRV" is not a value of "type"'],
  ])('%j is answered with: %s', (lines, message) => {
    expect(said(service('', lines)).join('\n')).toContain(message);
  });
});

describe('global_defs of LVS', () => {
  it('reads synchronisation and timeouts', () => {
    const text = `global_defs {
      lvs_sync_daemon eth1 VI_1 id 7 maxlen 1400 port 8850 ttl 2 group 224.0.0.90
      lvs_timeouts tcp 100 udp 20
      lvs_flush
    }`;
    expect(parseKeepalived(text, 'k.conf')).toMatchObject({
      problems: [],
      configuration: {
        sync: {
          ...{ interface: 'eth1', instance: 'VI_1', syncId: 7, maximumLength: 1400, port: 8850 },
          ...{ ttl: 2, group: '224.0.0.90' },
        },
        timeouts: { tcpSeconds: 100, tcpFinSeconds: 0, udpSeconds: 20 },
      },
    });
    expect(parseKeepalived('global_defs { lvs_sync_daemon eth1 }', 'k.conf').configuration?.sync).toEqual({
      ...{ interface: 'eth1', syncId: 0, maximumLength: 0, group: '224.0.0.81', port: 8848, ttl: 1 },
    });
  });
});

it('what is wrong is not called missing as well', () => {
  const text = 'virtual_server 10.0.0.1 80 {\n lb_algo wlcc\n protocol TPC\n real_server 10.0.0.2 80 {\n }\n}';
  expect(parseKeepalived(text, 'k.conf').problems.map(({ line, column }) => [line, column])).toEqual([
    [2, 10],
    [3, 11],
  ]);
});
