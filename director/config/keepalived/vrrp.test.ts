import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { parseKeepalived } from './parse.ts';

const read = (text: string) => {
  const { configuration, problems } = parseKeepalived(text, 'k.conf');
  return { configuration, said: problems.map(formatProblem) };
};
const instance = (lines: string, address = '10.0.0.9', outside = '') =>
  `${outside}\nvrrp_instance V {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress {\n ${address}\n }\n${lines}\n}`;
const only = (lines: string, address?: string, outside?: string) => {
  const { configuration, said } = read(instance(lines, address, outside));
  expect(said).toEqual([]);
  return configuration?.instances[0];
};

describe('a vrrp_instance', () => {
  it('takes addresses with device, broadcast, label and scope, and others that no advert names', () => {
    const found = only(
      ' virtual_ipaddress_excluded {\n 10.0.0.10/24\n 2001:db8::10/64\n }',
      '10.0.0.9/24 dev eth1 brd 10.0.0.255 label eth1:v scope link no_track',
    );
    expect(found?.virtualAddresses).toEqual([
      {
        address: '10.0.0.9',
        prefixLength: 24,
        interface: 'eth1',
        broadcast: '10.0.0.255',
        label: 'eth1:v',
        scope: 253,
        untracked: true,
      },
    ]);
    expect(found?.excludedAddresses).toEqual([
      { address: '10.0.0.10', prefixLength: 24, interface: 'eth0' },
      { address: '2001:db8::10', prefixLength: 64, interface: 'eth0' },
    ]);
  });

  it('speaks version 3 when its addresses are of IPv6, whatever vrrp_version says', () => {
    expect(only(' native_ipv6\n advert_int 0.1', 'fe80::7')).toMatchObject({
      version: 3,
      advertIntervalMs: 100,
      virtualAddresses: [{ address: 'fe80::7', prefixLength: 128 }],
    });
  });

  it('takes unicast peers with limits for the TTL, which turn the check of the source on', () => {
    const lines =
      ' unicast_src_ip 10.0.0.1\n unicast_ttl 64\n unicast_peer {\n 10.0.0.2\n 10.0.0.3 min_ttl 60 max_ttl 64\n }';
    expect(only(lines)).toMatchObject({
      sourceAddress: '10.0.0.1',
      unicast: {
        ttl: 64,
        checkSource: true,
        peers: [{ address: '10.0.0.2' }, { address: '10.0.0.3', minTtl: 60, maxTtl: 64 }],
      },
    });
  });

  it('takes the rules of adverts and announcements from global_defs, and its own before them', () => {
    const globals = `global_defs {
      vrrp_garp_interval 0.01
      vrrp_gna_interval 0.02
      vrrp_garp_lower_prio_repeat 2
      vrrp_garp_lower_prio_delay 7
      vrrp_lower_prio_no_advert
      vrrp_higher_prio_send_advert true
      vrrp_skip_check_adv_addr
      vrrp_mcast_group4 224.0.0.99
      vrrp_down_timer_adverts 4
    }`;
    const found = only(
      ' lower_prio_no_advert false\n garp_lower_prio_repeat 1\n garp_master_refresh 60',
      undefined,
      globals,
    );
    expect(found).toMatchObject({
      gratuitousArp: {
        repeat: 5,
        refreshMs: 60_000,
        lowerPriorityRepeat: 1,
        lowerPriorityDelayMs: 7000,
        intervalMs: 10,
        neighbourIntervalMs: 20,
      },
      higherPrioritySendAdvert: true,
      skipAddressCheck: true,
      multicastGroup: '224.0.0.99',
      downTimerAdverts: 4,
    });
    expect(found).not.toHaveProperty('lowerPriorityNoAdvert');
  });

  it('is made as strict as keepalived makes it, and says what it does not do', () => {
    const { configuration, said } = read(
      instance(
        ' state MASTER\n preempt_delay 5\n authentication {\n auth_type PASS\n auth_pass x\n }',
        '10.0.0.9',
        'global_defs {\n vrrp_strict\n}',
      ),
    );
    expect(configuration?.instances[0]).toMatchObject({
      startsAs: 'BACKUP',
      preemptDelayMs: 0,
      lowerPriorityNoAdvert: true,
    });
    expect(configuration?.instances[0]).not.toHaveProperty('password');
    expect(said.join('\n')).toContain('strict mode would drop packets to the addresses');
  });

  it.each([
    [' unicast_peer {\n }', 'unicast needs a peer'],
    [' unicast_peer {\n fe80::2\n }', "fe80::2 is not of the family of the instance's addresses"],
    [' unicast_peer {\n 10.0.0.2 min_tl 3\n }', '"min_tl" is not understood after a peer'],
    [' no_accept', 'no_accept is not supported'],
    [' mcast_dst_ip 10.0.0.1', '"10.0.0.1" is not a multicast address that fits'],
    [' track_script {\n chk\n }', 'there is no vrrp_script "chk"'],
    [' track_interface {\n eth1 weight 300\n }', '"300" is not a weight'],
    [' track_interface {\n eth1 wieght 3\n }', '"wieght" is not understood after "eth1"'],
    [' notify_master', '"notify_master" needs a program'],
  ])('%j is answered with: %s', (lines, message) => {
    expect(read(instance(lines)).said.join('\n')).toContain(message);
  });

  it('wants a link-local address first over IPv6, and does without', () => {
    const { configuration, said } = read(instance('', '2001:db8::7/64'));
    expect(said).toEqual([expect.stringMatching(/^k.conf:6:2: warning: the first IPv6 address .* link-local one/)]);
    expect(configuration?.instances).toHaveLength(1);
  });
});

describe('what instances track', () => {
  const definitions = `vrrp_script chk {
      script "/usr/bin/test -e '/tmp/a b'"
      interval 2
      weight -20
      rise 2
      fall 3
      user nobody nogroup
      init_fail
    }
    track_file load {
      file "/run/load"
      weight 2 reverse
      init_file 3 overwrite
    }`;
  const { configuration, said } = read(
    instance(
      ` track_script {\n chk\n }\n track_interface {\n eth1\n eth2 weight 10 reverse\n }\n track_file {\n load weight 1\n }`,
      '10.0.0.9',
      definitions,
    ),
  );

  it('are scripts and files with their own defaults', () => {
    expect(said).toEqual([]);
    expect(configuration?.vrrp).toEqual({
      scripts: [
        {
          name: 'chk',
          command: { words: ['/usr/bin/test', '-e', '/tmp/a b'], user: 'nobody', group: 'nogroup' },
          intervalMs: 2000,
          timeoutMs: 2000,
          rise: 2,
          fall: 3,
          startsFailed: true,
        },
      ],
      files: [{ name: 'load', path: '/run/load', initial: { value: 3, overwrite: true } }],
    });
  });

  it('with weights from where they are used, or else from where they are defined', () => {
    expect(configuration?.instances[0]?.track).toEqual([
      { kind: 'script', name: 'chk', weight: -20, reverse: false },
      { kind: 'interface', name: 'eth1', weight: 0, reverse: false },
      { kind: 'interface', name: 'eth2', weight: 10, reverse: true },
      { kind: 'file', name: 'load', weight: 1, reverse: true },
    ]);
  });

  it('name the nearest script when one is misspelt', () => {
    const text = instance(' track_script {\n chck\n }', '10.0.0.9', definitions);
    expect(read(text).said).toEqual([
      expect.stringMatching(/^k.conf:\d+:2: error: there is no vrrp_script "chck"; did you mean "chk"\?/),
    ]);
  });

  it('want a program', () => {
    expect(read('vrrp_script x {\n weight 3\n}').said).toEqual([
      expect.stringContaining('1:1: error: vrrp_script "x" names no program'),
    ]);
  });
});

describe('who is told', () => {
  it('scripts of instances and groups, with their parameters and accounts, and pipes', () => {
    const text = `global_defs {\n vrrp_notify_fifo /run/vrrp.fifo\n}
      vrrp_sync_group G {
        group {
          V
        }
        notify_fault "/bin/fault G" root
        track_interface {
          eth3 weight -5
        }
        sync_group_tracking_weight
      }
      ${instance(' notify_master "/bin/m a b"\n notify /bin/any nobody nogroup\n notify_master_rx_lower_pri /bin/rx')}`;
    const { configuration, said } = read(text);
    expect(said).toEqual([]);
    expect(configuration?.instances[0]).toMatchObject({
      syncGroup: 'G',
      notify: {
        master: { words: ['/bin/m', 'a', 'b'] },
        any: { words: ['/bin/any'], user: 'nobody', group: 'nogroup' },
        masterReceivedLowerPriority: { words: ['/bin/rx'] },
      },
    });
    expect(configuration?.vrrp).toEqual({
      syncGroups: [
        {
          name: 'G',
          notify: { fault: { words: ['/bin/fault', 'G'], user: 'root' } },
          track: [{ kind: 'interface', name: 'eth3', weight: -5, reverse: false }],
          memberWeights: true,
        },
      ],
      notifyFifos: ['/run/vrrp.fifo'],
    });
  });
});
