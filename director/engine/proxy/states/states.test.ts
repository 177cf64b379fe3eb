import { describe, expect, it } from 'vitest';
import type { Server } from '../servers.ts';
import { DispatchBed } from '../testing/dispatch-bed.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';

const bedOf = (...servers: Server[]): DispatchBed => new DispatchBed(listenSettings({ back: backSide({ servers }) }));
const refused = {
  status: 'L4CON',
  durationMs: 3,
  description: 'Layer4 connection problem',
  last: 'Connection "refused"',
};

describe('states of servers', () => {
  it('says why a server is down, and that none is left', () => {
    const bed = bedOf(serverSettings('s1', { onMarkedDown: 'shutdown-sessions' }));
    bed.states.setStopped(bed.server('s1'), bed.now, refused);
    expect(bed.lines).toEqual([
      'alert Server web/s1 is DOWN, reason: Layer4 connection problem, info: "Connection #22refused#22", check duration: 3ms.' +
        ' 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue',
      'emerg proxy web has no server available!',
    ]);
    expect([bed.ended, bed.server('s1').counters.transitionsDown, bed.backend.counters.transitionsDown]).toEqual([
      ['s1 D'],
      1,
      1,
    ]);
  });

  it('counts how long a server and its backend were down', () => {
    const bed = bedOf(serverSettings('s1'));
    bed.states.setStopped(bed.server('s1'), bed.now);
    bed.pass(5000);
    bed.states.setRunning(bed.server('s1'), bed.now, {
      ...{ status: 'L7OK', code: 200, durationMs: 1, description: 'Layer7 check passed', last: 'OK' },
    });
    expect([bed.server('s1').downMs, bed.backend.downMs, bed.server('s1').changedAt]).toEqual([5000, 5000, bed.now]);
    expect(bed.lines.at(-1)).toBe(
      'notice Server web/s1 is UP, reason: Layer7 check passed, code: 200, info: "OK", check duration: 1ms.' +
        ' 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue',
    );
  });

  it('ends the streams of backup servers when an active one is back', () => {
    const bed = bedOf(
      serverSettings('s1', { onMarkedUp: 'shutdown-backup-sessions' }),
      serverSettings('b1', { backup: true }),
    );
    bed.states.setStopped(bed.server('s1'), bed.now);
    bed.states.setRunning(bed.server('s1'), bed.now);
    expect(bed.ended).toEqual(['b1 U']);
  });

  it('warms a server up in steps', () => {
    const bed = bedOf(serverSettings('s1', { weight: 10, slowStartMs: 10_000 }), serverSettings('s2'));
    bed.states.setStopped(bed.server('s1'), bed.now);
    bed.states.setRunning(bed.server('s1'), bed.now);
    const weights = [bed.server('s1').effectiveWeight];
    for (let second = 0; second < 10; second++) {
      bed.pass(1000);
      weights.push(bed.server('s1').effectiveWeight);
    }
    expect(weights).toEqual([10, 20, 40, 50, 70, 90, 100, 120, 130, 150, 160]);
    expect(bed.server('s1').operational).toBe('running');
  });

  it('lets servers follow the one that they track', () => {
    const bed = bedOf(serverSettings('s1'), serverSettings('s2', { tracks: { backend: 'web', server: 's1' } }));
    bed.states.setStopped(bed.server('s1'), bed.now, refused);
    expect([bed.server('s2').operational, bed.lines[1]?.includes('is DOWN via web/s1.')]).toEqual(['stopped', true]);
    bed.states.setRunning(bed.server('s1'), bed.now);
    const { administration } = bed.states;
    administration.setMaintenance(bed.server('s1'), bed.now, 'no reason');
    expect(bed.server('s2').administrative.inheritedMaintenance).toBe(true);
    expect(bed.lines.at(-2)).toContain('is going DOWN for maintenance (no reason) via web/s1.');
    administration.setMaintenance(bed.server('s2'), bed.now);
    administration.clearMaintenance(bed.server('s1'), bed.now);
    expect([bed.server('s2').inMaintenance, bed.lines.at(-1)]).toEqual([
      true,
      'notice Server web/s2 remains in forced maintenance',
    ]);
  });

  it('lets those who are bound come while it drains or stops', () => {
    const bed = bedOf(serverSettings('s1'), serverSettings('s2'));
    bed.states.administration.setDrain(bed.server('s1'), bed.now);
    bed.states.setStopping(bed.server('s2'), bed.now);
    expect([bed.server('s1').up, bed.server('s2').up, bed.visit()]).toEqual([true, true, 'none']);
  });

  it.each([
    ['', 'Require <weight> or <weight%>.\n'],
    ['x', 'Empty weight string empty or preceded by garbage'],
    ['3x', 'Trailing garbage in weight string'],
    ['257', 'Absolute weight can only be between 0 and 256 inclusive.\n'],
    ['-1%', 'Relative weight must be positive.\n'],
    ['50%', undefined],
  ])('takes a weight %j or says what is wrong', (text, refusal) => {
    const bed = bedOf(serverSettings('s1', { weight: 10 }));
    expect(bed.states.setWeight(bed.server('s1'), text, bed.now)).toBe(refusal);
    expect(bed.server('s1').userWeight).toBe(refusal === undefined ? 5 : 10);
  });
});
