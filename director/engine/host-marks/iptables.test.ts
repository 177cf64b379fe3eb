import { describe, expect, it } from 'vitest';
import { followChain } from './chains.ts';
import type { HostMarks } from './chains.ts';
import { parseSavedTables } from './iptables.ts';

const VIP = '192.168.1.202/32';

/** What rules of the mangle table come to, `-A PREROUTING` left out. */
function marksOf(rules: readonly string[], family: 4 | 6 = 4): HostMarks {
  const lines = rules.map((rule) => (rule.startsWith('-A') || rule.startsWith(':') ? rule : `-A PREROUTING ${rule}`));
  const save = ['*mangle', ':PREROUTING ACCEPT [0:0]', ...lines, 'COMMIT'].join('\n');
  const [table] = parseSavedTables(save, family);
  return followChain(table?.chains ?? new Map(), 'PREROUTING');
}

const set = (mark: number): string => `-j MARK --set-xmark 0x${mark.toString(16)}/0xffffffff`;
const every = '0.0.0.0/0';
const web = (port: number, mark = 1): object => ({
  mark,
  protocol: 'TCP',
  destination: VIP,
  ports: { from: port, to: port },
});

describe('rules of iptables', () => {
  it.each<[string, string[], object[]]>([
    ['the usual one', [`-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`], [web(80)]],
    ['multiport', [`-d ${VIP} -p tcp -m multiport --dports 80,443 ${set(1)}`], [web(80), web(443)]],
    [
      'port ranges, open ones too',
      [`-d ${VIP} -p tcp -m tcp --dport 1024: ${set(1)}`, `-d ${VIP} -p tcp -m tcp --dport :79 ${set(2)}`],
      [
        { ...web(0), ports: { from: 1024, to: 65_535 } },
        { ...web(0, 2), ports: { from: 0, to: 79 } },
      ],
    ],
    ['every packet of the family', [set(5)], [{ mark: 5, destination: every }]],
    [
      'interface, source and comment',
      [`-s 10.0.0.0/255.0.0.0 -i eth0 -p udp -m comment --comment "a \\"b\\" -j DROP" ${set(3)}`],
      [{ mark: 3, protocol: 'UDP', source: '10.0.0.0/8', destination: every, interface: 'eth0' }],
    ],
    [
      'negations',
      [`! -s 10.0.0.0/8 ! -i lo -p tcp -m tcp ! --dport 22 ${set(3)}`],
      [
        {
          mark: 3,
          protocol: 'TCP',
          destination: every,
          except: [{ source: '10.0.0.0/8' }, { interface: 'lo' }, { ports: { from: 22, to: 22 } }],
        },
      ],
    ],
    ['protocols that no service has', [`-p icmp ${set(3)}`, `-p sctp -m conntrack --ctstate NEW ${set(3)}`], []],
    ['not ICMP', [`! -p icmp ${set(3)}`], [{ mark: 3, destination: every }]],
    [
      'some bits only',
      [`-p tcp -j MARK --set-xmark 0x4/0x4`, `-p tcp -j MARK --set-xmark 0x0/0xff`],
      [
        { mark: 4, mask: 4, protocol: 'TCP', destination: every },
        { mark: 0, mask: 255, protocol: 'TCP', destination: every },
      ],
    ],
    [
      'an exception before',
      [`-s 10.1.0.0/16 -j RETURN`, `-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`],
      [{ ...web(80), except: [{ source: '10.1.0.0/16', destination: every }] }],
    ],
    [
      'an exception to the exception: only these come further',
      [`! -d ${VIP} -j ACCEPT`, `-p tcp -m tcp --dport 80 ${set(1)}`],
      [web(80)],
    ],
    [
      'an exception that concerns others',
      ['-p udp -j ACCEPT', `-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`],
      [web(80)],
    ],
    ['nothing after all have left', ['-j ACCEPT', `-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`], []],
    [
      'a packet that is dropped has no mark',
      [`-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`, '-s 10.9.9.9/32 -j DROP'],
      [web(80), { mark: 0, source: '10.9.9.9/32', destination: every }],
    ],
    [
      'targets that have no say in marks',
      [
        '-j LOG --log-prefix "x "',
        '-j TTL --ttl-set 64',
        '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff',
        set(1),
      ],
      [{ mark: 1, destination: every }],
    ],
  ])('%s', (_, rules, expected) => {
    expect(marksOf(rules)).toEqual({ rules: expected, problems: [] });
  });

  it('in chains of their own count as if they stood where the chain is called', () => {
    const rules = [
      ':LVS - [0:0]',
      `-d ${VIP} -j LVS`,
      `-A LVS -p tcp -m tcp --dport 80 ${set(1)}`,
      '-A LVS -p tcp -j RETURN',
      `-A LVS ${set(7)}`,
      `-p udp -m udp --dport 53 ${set(9)}`,
    ];
    expect(marksOf(rules)).toEqual({
      rules: [
        web(80),
        { mark: 7, destination: VIP, except: [{ protocol: 'TCP', destination: every }] },
        { mark: 9, protocol: 'UDP', destination: every, ports: { from: 53, to: 53 } },
      ],
      problems: [],
    });
  });

  it('are not reached when a called chain has accepted, or by goto', () => {
    const chain = [':LVS - [0:0]', `-A LVS -d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`];
    const accepts = [...chain, '-A LVS -p tcp -j ACCEPT', '-j LVS', set(7)];
    expect(marksOf(accepts).rules[1]).toEqual({
      mark: 7,
      destination: every,
      except: [{ protocol: 'TCP', destination: every }],
    });
    expect(marksOf([...chain, '-p tcp -g LVS', set(7)]).rules[1]).toEqual(
      accepts.length > 0 && marksOf(accepts).rules[1],
    );
  });

  it('of IPv6 mark no IPv4 packet', () => {
    expect(marksOf([`-p tcp -m tcp --dport 80 ${set(1)}`, `-d 2001:db8::1/128 ${set(2)}`], 6).rules).toEqual([
      { mark: 1, protocol: 'TCP', destination: '::/0', ports: { from: 80, to: 80 } },
      { mark: 2, destination: '2001:db8::1/128' },
    ]);
  });

  it.each<[string, string]>([
    [`-m conntrack --ctstate NEW ${set(1)}`, 'the packet plane cannot tell what "-m conntrack" asks'],
    [`-i eth+ ${set(1)}`, 'the packet plane cannot tell what "-i eth+" asks'],
    [`-p tcp -m tcp --sport 80 ${set(1)}`, 'the packet plane cannot tell what "--sport 80" asks'],
    [`-m mark ! --mark 0x0 -j ACCEPT`, 'the packet plane cannot tell what "! --mark 0x0" asks'],
    [`-d 10.0.0.1/255.0.255.0 ${set(1)}`, 'the packet plane cannot tell what "-d 10.0.0.1/255.0.255.0" asks'],
    [
      '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
      'the packet plane cannot follow "CONNMARK --restore-mark "',
    ],
    ['-j MARK --set-xmark 0x1/0x0', 'the packet plane cannot follow "MARK --set-xmark 0x1/0x0"'],
  ])('%s: has no effect, and why', (rule, reason) => {
    const after = `-d ${VIP} -p tcp -m tcp --dport 80 ${set(1)}`;
    expect(marksOf([rule, after])).toEqual({
      rules: [web(80)],
      problems: [{ text: `-A PREROUTING ${rule}`, reason }],
    });
  });

  it('that cannot be expressed are of no interest where no mark is set', () => {
    expect(
      marksOf(['-m conntrack --ctstate ESTABLISHED -j ACCEPT', '-m set --match-set x src -j DROP']).problems,
    ).toEqual([]);
  });

  it('that would come to too many conditions are refused', () => {
    const rules = Array.from(
      { length: 200 },
      (_, index) => `-s 10.${index}.0.0/16 -p tcp -m multiport --dports 1,2,3,4 -j RETURN`,
    );
    const { problems } = marksOf([...rules, set(1)]);
    expect(problems[0]?.reason).toBe('it comes, with the rules before it, to more than 64 conditions');
  });
});
