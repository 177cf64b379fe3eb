import { expect, it } from 'vitest';
import type { DrillReport } from '../../provisioning/contract/index.ts';
import { reportFileName, reportToCsv, reportToJson } from './export.ts';

const report: DrillReport = {
  id: 'd1',
  lab: 'tfg',
  testbed: 'tfg',
  drill: 'kill-master',
  provider: 'namespaces',
  startedAt: Date.UTC(2026, 0, 31, 12, 30, 5),
  endedAt: 9000,
  options: { rate: 20, before: 2, after: 2, moment: 'random', heal: true },
  faultAt: 2000,
  services: [],
  events: [{ type: 'fault', at: 2000, node: 'master', action: 'kill' }],
  samples: [
    { target: 'http', sequence: 1, sentAt: 1900, endedAt: 1903.25, ok: true, server: '10.0.100.2' },
    { target: 'http', sequence: 2, sentAt: 2050, endedAt: 2300, ok: false, error: 'said "no", then closed' },
    { target: '=cmd()', sequence: 3, sentAt: 2100, endedAt: 2101, ok: true },
  ],
  theory: { advertIntervalMs: 1000, skewMs: 609, masterDownMs: 3609, priority: 100, version: 2 },
  healed: true,
};

it('writes requests and events in the order of time, relative to the fault', () => {
  const lines = reportToCsv(report).split('\r\n');
  expect(lines[0]).toBe('kind,ms_from_fault,unix_ms,target,sequence,ok,response_ms,server,error,node,detail');
  expect(lines[1]).toBe('request,-100.000,1900.000,http,1,true,3.250,10.0.100.2,,,');
  expect(lines[2]).toBe('fault,0.000,2000.000,,,,,,,master,action=kill');
  expect(lines).toHaveLength(6);
});

it('quotes what would break a line, and lets no text become a formula', () => {
  const csv = reportToCsv(report);
  expect(csv).toContain('"said ""no"", then closed"');
  expect(csv).toContain(",'=cmd(),");
});

it('writes JSON that reads back as the report', () => {
  expect(JSON.parse(reportToJson(report))).toEqual(report);
});

it('names files so that they sort by time', () => {
  expect(reportFileName(report, 'csv')).toBe('tfg-kill-master-2026-01-31T12-30-05.csv');
});
