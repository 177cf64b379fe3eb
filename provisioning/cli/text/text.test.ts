import { describe, expect, test } from 'vitest';
import { RelevoError } from '../../contract/index.ts';
import type { DrillReport, LabStatus } from '../../contract/index.ts';
import { drillEventText } from './drill-event-text.ts';
import { clockTime, duration } from './duration.ts';
import { errorText } from './error-text.ts';
import { reportText } from './report-text.ts';
import { statusText } from './status-text.ts';
import { table } from './table.ts';

test('spans of time are as exact as they are short', () => {
  expect([0, 420, 999, 3140, 59_900, 80_000, 3_600_000].map(duration)).toEqual([
    '0.00 s',
    '0.42 s',
    '1.00 s',
    '3.1 s',
    '59.9 s',
    '1 min 20 s',
    '60 min 0 s',
  ]);
});

test('columns are as wide as their widest cell, and lines end where their text ends', () => {
  expect(
    table([
      ['A', 'LONG', 'C'],
      ['wide', 'x', ''],
      ['', '', 'z'],
    ]),
  ).toBe('A     LONG  C\nwide  x\n            z\n');
});

test('an error says what, where, at which command, why, what it printed, and what next', () => {
  const error = new RelevoError('RECIPE_FAILED', 'The web server did not start.', {
    node: 'web1',
    step: 'Start the web server',
    command: 'apachectl start',
    exitCode: 1,
    output: 'AH00526: Syntax error\nline 3\n',
    cause: 'A file of its configuration is wrong.',
    hint: 'Look at relevo logs web1.',
  });
  expect(errorText(error)).toBe(`Error: The web server did not start.
  node:    web1
  step:    Start the web server
  command: apachectl start (exit status 1)
  cause:   A file of its configuration is wrong.
    | AH00526: Syntax error
    | line 3
Next step: Look at relevo logs web1.
(RECIPE_FAILED)
`);
});

test('problems in a file are placed as compilers place them', () => {
  const problems = [{ file: 'testbed.yaml', line: 3, column: 7, message: 'Expected a number.' }];
  expect(errorText(new RelevoError('INVALID_TESTBED', 'No.', { problems }))).toContain(
    '  testbed.yaml:3:7: Expected a number.\n',
  );
});

const status: LabStatus = {
  lab: 'tfg',
  testbed: 'tfg',
  provider: 'namespaces',
  phase: 'running',
  since: 0,
  nodesRunning: 1,
  nodesTotal: 2,
  options: {},
  nodes: [
    {
      name: 'master',
      role: 'director',
      state: 'running',
      since: 0,
      interfaces: [
        {
          name: 'eth0',
          network: 'nat',
          mac: '',
          mtu: 1500,
          addresses: ['192.168.1.101', '192.168.1.202'],
          cable: 'connected',
        },
        { name: 'eth1', network: 'internal', mac: '', mtu: 9000, addresses: [], cable: 'cut' },
      ],
    },
    { name: 'standby', role: 'director', state: 'off', since: 0, interfaces: [], message: 'killed' },
  ],
  virtualAddresses: [
    { address: '192.168.1.202', network: 'nat', instance: 'VI_E', holders: ['master', 'standby'] },
    { address: '10.0.100.200', network: 'internal', instance: 'VI_I', holders: [] },
  ],
  directors: [{ node: 'standby' }],
  sharing: { kind: 'sshfs', reason: { en: 'No NFS here.', es: 'Aquí no hay NFS.', gl: 'Aquí non hai NFS.' } },
};

describe('the status of a lab', () => {
  const text = statusText(status, 65_000);

  test('says how it is and since when', () => {
    expect(text).toContain('Lab tfg (testbed tfg, namespaces): running for 1 min 5 s, 1 of 2 nodes up');
  });

  test('tells a cut cable, a missing address, a split brain and a holder that is nobody', () => {
    expect(text).toContain('nat: 192.168.1.101, 192.168.1.202  internal: - (cable cut)');
    expect(text).toMatch(/192\.168\.1\.202 .* master and standby/);
    expect(text).toMatch(/10\.0\.100\.200 .* nobody/);
  });

  test('tells of a director that does not answer, and of how files are shared and why', () => {
    expect(text).toMatch(/standby .* does not answer/);
    expect(text).toContain('File sharing: sshfs. No NFS here.');
  });
});

const at = new Date(2026, 0, 2, 3, 4, 5, 678).getTime();
const report: DrillReport = {
  id: 'r1',
  lab: 'tfg',
  testbed: 'tfg',
  drill: 'kill-master',
  provider: 'namespaces',
  startedAt: at,
  endedAt: at,
  options: { rate: 20, before: 2, after: 2, moment: 'after-advert', heal: true },
  faultAt: at,
  healedAt: at + 9000,
  services: [
    { target: 'web', lastGoodAt: at - 10, firstGoodAt: at + 3600, outageMs: 3610.4, requests: 200, failed: 70 },
    { target: 'dns', lastGoodAt: at, requests: 100, failed: 60 },
    { target: 'other', requests: 10, failed: 0 },
  ],
  events: [{ type: 'fault', at, node: 'master', action: 'kill' }],
  samples: [],
  theory: { advertIntervalMs: 1000, skewMs: 609.375, masterDownMs: 3609.375, priority: 100, version: 2 },
  measuredTakeoverMs: 3611.2,
  addressSpreadMs: 1.4,
  healed: true,
};

describe("a drill's report", () => {
  const text = reportText(report);

  test('gives each outage as a number, and says when there was none or no end', () => {
    expect(text).toMatch(/web .* 3610 ms +200 +70/);
    expect(text).toMatch(/dns .* not over +100 +60/);
    expect(text).toMatch(/other .* none +10 +0/);
  });

  test('puts theory beside measurement', () => {
    expect(text).toMatch(/take-over +3609 ms +3611 ms/);
    expect(text).toContain('3 × 1000 ms + 609 ms skew (VRRP 2, priority 100)');
  });

  test('tells how it was healed, or that it was not', () => {
    expect(text).toContain('Healed 9.0 s after the fault');
    expect(reportText({ ...report, healed: false })).toContain('does not hold all virtual addresses');
    expect(reportText({ ...report, options: { ...report.options, heal: false } })).toContain(
      'Not healed, as asked for',
    );
  });
});

test('every kind of event of a drill has its sentence, with the time of day to the millisecond', () => {
  expect(clockTime(at)).toBe('03:04:05.678');
  const lines = [
    { type: 'phase', at, phase: 'waiting-for-advert' },
    { type: 'fault', at, node: 'master', action: 'kill' },
    { type: 'heal', at, node: 'master', action: 'start' },
    { type: 'vrrp-state', at, node: 'standby', instance: 'VI_E', from: 'BACKUP', to: 'MASTER', reason: 'silence' },
    { type: 'last-advert', at, node: 'master', instance: 'VI_E', priority: 150 },
    { type: 'address', at, node: 'standby', action: 'added', address: '192.168.1.202', interface: 'eth0' },
    { type: 'gratuitous-arp', at, node: 'standby', address: '192.168.1.202' },
  ].map((event) => drillEventText(event as Parameters<typeof drillEventText>[0]).slice('03:04:05.678  '.length));
  expect(lines).toEqual([
    "waiting for the master's next advertisement",
    'master loses its power',
    'master is started again',
    'standby: VI_E BACKUP → MASTER (silence)',
    'master: last advertisement of VI_E, priority 150',
    'standby: 192.168.1.202 appears on eth0',
    'standby: gratuitous ARP for 192.168.1.202',
  ]);
});
