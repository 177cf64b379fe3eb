import { describe, expect, it } from 'vitest';
import type { LogTarget } from '../global.ts';
import { LogFrame, type LogSource } from './log-frame.ts';

const source: LogSource = { tag: 'haproxy', processId: 27514, hostName: undefined, zoneOffset: () => 60 };
const target = (differing: Partial<LogTarget> = {}): LogTarget => ({
  to: { kind: 'udp', host: '127.0.0.1', port: 514 },
  maximumLength: 1024,
  format: 'local',
  facility: 'local1',
  level: 'debug',
  atMost: 'emerg',
  ...differing,
});
const NOW = Date.UTC(2026, 10, 2, 3, 56, 7, 135) + 0.25;
const framed = (differing: Partial<LogTarget>, who: Partial<LogSource> = {}): string | undefined =>
  new LogFrame(target(differing), { ...source, ...who }).frame({ level: 'info', text: 'Hi' }, NOW);

describe('lines with their heads', () => {
  it.each([
    ['local', '<142>Nov  2 04:56:07 haproxy[27514]: Hi\n'],
    ['rfc3164', '<142>Nov  2 04:56:07 localhost haproxy[27514]: Hi\n'],
    ['rfc5424', '<142>1 2026-11-02T04:56:07.135250+01:00 - haproxy 27514 - - Hi\n'],
    ['timed', '<6>2026-11-02T04:56:07.135250+01:00 Hi\n'],
    ['iso', '2026-11-02T04:56:07.135250+01:00 Hi\n'],
    ['priority', '<142>Hi\n'],
    ['short', '<6>Hi\n'],
    ['raw', 'Hi\n'],
  ] as const)('%s', (format, line) => {
    expect(framed({ format })).toBe(line);
  });

  it('tells the host’s name where that is asked for', () => {
    expect(framed({}, { hostName: 'lb1' })).toBe('<142>Nov  2 04:56:07 lb1 haproxy[27514]: Hi\n');
    expect(framed({ format: 'rfc5424' }, { hostName: 'lb1' })).toContain(' lb1 haproxy ');
  });

  it('cuts what is too long, and leaves out what is not important enough', () => {
    expect(framed({ format: 'short', maximumLength: 5 })).toBe('<6>H\n');
    expect(framed({ level: 'notice' })).toBeUndefined();
    expect(framed({ level: 'info' })).toBeDefined();
  });

  it('sends at most at a level', () => {
    const frame = new LogFrame(target({ format: 'short', atMost: 'warning' }), source);
    expect(frame.frame({ level: 'alert', text: 'x' }, NOW)).toBe('<4>x\n');
    expect(frame.frame({ level: 'info', text: 'x' }, NOW)).toBe('<6>x\n');
  });

  it('goes on with the time', () => {
    const frame = new LogFrame(target({ format: 'iso' }), source);
    const at = (ms: number): string | undefined => frame.frame({ level: 'info', text: '' }, ms)?.slice(17, 26);
    expect([at(NOW), at(NOW + 500), at(NOW + 1000)]).toEqual(['07.135250', '07.635250', '08.135250']);
  });

  it('carries structured data', () => {
    const frame = new LogFrame(target({ format: 'rfc5424' }), source);
    expect(frame.frame({ level: 'info', text: 'x', structuredData: '[a b="c"]' }, NOW)).toMatch(/ - \[a b="c"\] x\n$/);
  });
});
