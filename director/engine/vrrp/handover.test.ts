import { beforeEach, describe, expect, it } from 'vitest';
import { alone, masterAddresses, standbyAddresses } from './simulated-instances.ts';
import { SimulatedLink } from './simulated-link.ts';

let link: SimulatedLink;
beforeEach(() => {
  link = new SimulatedLink();
});

/** Times, in milliseconds, during which neither of the two was master, and during which both were. */
function gaps(): { nobody: number; both: number } {
  const changes = ['a', 'b'].flatMap((name) =>
    link.log(name).flatMap(({ at, action }) => (action.type === 'state' ? [{ at, name, to: action.to }] : [])),
  );
  const masters = new Set<string>();
  const total = { nobody: 0, both: 0 };
  let since: number | undefined;
  for (const { at, name, to } of changes.sort((one, other) => one.at - other.at)) {
    if (since !== undefined && masters.size !== 1) total[masters.size === 0 ? 'nobody' : 'both'] += at - since;
    if (to === 'MASTER') masters.add(name);
    else masters.delete(name);
    since = masters.size === 0 && since === undefined ? undefined : at;
  }
  return total;
}

describe('a handover', () => {
  it('moves the addresses to the standby with no moment in which nobody has them, and back', () => {
    link.latencyMs = 1;
    link.add('a', alone(), masterAddresses);
    link.add('b', alone({ priority: 100 }), standbyAddresses);
    link.advance(10_000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E MASTER', 'VI_E BACKUP']);

    link.yield('a', true);
    expect(link.router('a').status()[0]?.priority).toBe(1);
    expect(link.states('a')).toBe('VI_E MASTER');
    // Three intervals and the standby's skew after the last advert that was better: RFC 9568 section 6.1.
    link.advance(4_700);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E BACKUP', 'VI_E MASTER']);
    link.advance(60_000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E BACKUP', 'VI_E MASTER']);

    link.yield('a', false);
    link.advance(10_000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E MASTER', 'VI_E BACKUP']);
    expect(gaps()).toEqual({ nobody: 0, both: 2 });
  });

  it('to nobody leaves the addresses where they are', () => {
    link.add('a', alone(), masterAddresses);
    link.advance(10_000);
    link.yield('a', true);
    link.advance(60_000);
    expect(link.states('a')).toBe('VI_E MASTER');
  });

  it('to a standby that does not preempt leaves them, too', () => {
    link.add('a', alone(), masterAddresses);
    link.advance(10_000);
    link.add('b', alone({ priority: 100, preempt: false }), standbyAddresses);
    link.advance(10_000);
    link.yield('a', true);
    link.advance(60_000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E MASTER', 'VI_E BACKUP']);
  });

  it('is forgotten by nobody but a new start: a reload keeps it', () => {
    link.add('a', alone(), masterAddresses);
    link.add('b', alone({ priority: 100 }), standbyAddresses);
    link.advance(10_000);
    link.yield('a', true);
    link.advance(10_000);
    link.reconfigure('a', alone({ priority: 200 }));
    link.advance(10_000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E BACKUP', 'VI_E MASTER']);
  });
});
