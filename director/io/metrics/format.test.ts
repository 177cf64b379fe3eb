import { describe, expect, it } from 'vitest';
import type { DirectorSnapshot } from '../../api/snapshot.ts';
import { server, service, tableOf } from '../../cli/ipvsadm/testing.ts';
import { EventCounts } from './event-counts.ts';
import { exposition } from './exposition.ts';
import { formatMetrics } from './format.ts';

interface Family {
  readonly type: string;
  readonly samples: Map<string, number>;
}

/** The text format as promtool reads it: strict about names, labels, order and repetition. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let helped = '';
  let current: { name: string; family: Family } | undefined;
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      expect(families.has(name), `${name} comes twice`).toBe(false);
      helped = name;
    } else if (kind === 'TYPE') {
      expect(name).toBe(helped);
      expect(['counter', 'gauge']).toContain(rest);
      expect(name.endsWith('_total'), name).toBe(rest === 'counter');
      current = { name, family: { type: rest, samples: new Map() } };
      families.set(name, current.family);
    } else sample(line, current);
  }
  for (const [name, { samples }] of families) expect(samples.size, name).toBeGreaterThan(0);
  return families;
}

function sample(line: string, current: { name: string; family: Family } | undefined): void {
  const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
  const pattern = new RegExp(
    `^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${label}(?:,${label})*\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`,
  );
  const match = pattern.exec(line);
  expect(match, line).not.toBeNull();
  expect(match?.[1], line).toBe(current?.name);
  const labels = match?.[2] ?? '';
  expect(current?.family.samples.has(labels), `${line} comes twice`).toBe(false);
  current?.family.samples.set(labels, Number(match?.[3]?.replace('Inf', 'Infinity')));
}

const snapshot: DirectorSnapshot = {
  version: '0.1.0',
  pid: 1,
  startedAt: 1500,
  configFile: '/a "file"',
  plane: { name: 'packet', reason: 'it was asked for' },
  masquerading: true,
  instances: [
    {
      name: 'VI_"E"\\',
      version: 2,
      vrid: 51,
      interface: 'eth0',
      state: 'MASTER',
      priority: 150,
      advertIntervalMs: 1000,
      virtualAddresses: [],
      since: 0,
    },
  ],
  services: [],
  checks: [
    {
      protocol: 'FWM',
      mark: 7,
      serviceAddress: '0.0.0.0',
      servicePort: 0,
      serverAddress: '10.0.0.1',
      serverPort: 0,
      kind: 'TCP_CHECK',
      up: false,
      reason: 'connection refused',
      since: 0,
    },
  ],
  timers: { scheduling: 'fifo', reason: '', count: 9, medianMs: 0.5, p99Ms: 2, maxMs: 30 },
  receiveProblems: { 'wrong password': 3 },
};

describe('the metrics', () => {
  const counts = new EventCounts();
  counts.take({ type: 'vrrp-state', at: 0, instance: 'VI', vrid: 51, from: 'INIT', to: 'BACKUP', reason: '' });
  counts.take({ type: 'vrrp-state', at: 1, instance: 'VI', vrid: 51, from: 'BACKUP', to: 'MASTER', reason: '' });
  counts.take({ type: 'vrrp-state', at: 2, instance: 'VI', vrid: 51, from: 'MASTER', to: 'BACKUP', reason: '' });
  const totals = { connections: 5, inPackets: 1, outPackets: 2, inBytes: 2 ** 52, outBytes: 4 };
  const table = tableOf(
    [
      service('192.168.1.202', {
        counters: totals,
        realServers: [server('10.0.100.2', { weight: 0, activeConnections: 4 })],
      }),
      service('0.0.0.0', { protocol: 'FWM', port: 0, mark: 7, realServers: [server('10.0.0.1', { port: 0 })] }),
    ],
    {
      counters: totals,
      syncDaemons: [
        { role: 'master', interface: 'eth0', syncId: 5, maximumLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 },
      ],
    },
  );
  const families = parse(formatMetrics({ snapshot, table, counts, drops: { 'no route': 2 } }));
  const value = (name: string, labels = ''): number | undefined =>
    families.get(`relevo_director_${name}`)?.samples.get(labels);

  it('are valid, each family once', () => {
    expect(families.size).toBeGreaterThan(30);
  });

  it('tell what the director knows', () => {
    const web = 'protocol="TCP",address="192.168.1.202",port="80"';
    const one = `${web},server="10.0.100.2",server_port="80"`;
    expect(value('connections_total')).toBe(5);
    expect(value('service_in_bytes_total', `{${web}}`)).toBe(2 ** 52);
    expect(value('server_active_connections', `{${one}}`)).toBe(4);
    expect(value('server_weight', `{${one}}`)).toBe(0);
    expect(value('vrrp_state', '{instance="VI_\\"E\\"\\\\"}')).toBe(2);
    expect(value('vrrp_transitions_total', '{instance="VI",state="BACKUP"}')).toBe(2);
    expect(value('vrrp_timer_lateness_seconds', '{quantile="0.99"}')).toBe(0.002);
    expect(value('vrrp_refused_packets_total', '{reason="wrong password"}')).toBe(3);
    expect(value('dropped_packets_total', '{reason="no route"}')).toBe(2);
    expect(
      value(
        'check_up',
        '{protocol="FWM",address="0.0.0.0",mark="7",server="10.0.0.1",server_port="0",kind="TCP_CHECK"}',
      ),
    ).toBe(0);
    expect(value('sync_daemon', '{role="master",interface="eth0",syncid="5"}')).toBe(1);
  });
});

describe('the text format', () => {
  it('writes every number and leaves out what has no sample', () => {
    const values = [1e21, 0.1, -3, Infinity, -Infinity, NaN];
    const samples = values.map((value, index) => ({ labels: { index }, value }));
    const text = exposition([
      { name: 'a', type: 'gauge', help: 'one\nline \\', samples },
      { name: 'none', type: 'gauge', help: '', samples: [] },
    ]);
    expect([...(parse(text).get('a')?.samples.values() ?? [])]).toEqual(values);
    expect(text).toMatch(/^# HELP a one\\nline \\\\$/m);
    expect(text).not.toContain('none');
  });
});
