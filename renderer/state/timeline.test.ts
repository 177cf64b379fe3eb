import { describe, expect, it } from 'vitest';
import type { DirectorEvent } from '../../director/index.ts';
import type { LabView } from './lab-view.ts';
import { categoryOf, directorHappenings, toneOf } from './timeline.ts';

/** These events are told without a look at what the lab was before. */
const view = { directors: {}, losses: {} } as unknown as LabView;
const web = { protocol: 'TCP', address: '192.168.1.200', port: 80 } as const;
const marked = { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 } as const;
const sorry = { address: 'fd00::9', port: 80 };
const because = { at: 0, reason: 'because' };

describe('what a director’s event tells', () => {
  it.each<[DirectorEvent, string, string, string]>([
    [{ ...because, type: 'quorum', service: marked, up: false }, 'FWM 7', 'checks', 'bad'],
    [
      { ...because, type: 'sorry-server', service: web, server: sorry, up: true },
      '[fd00::9]:80, 192.168.1.200:80',
      'checks',
      'bad',
    ],
    [{ ...because, type: 'sync', role: 'master', interface: 'eth1', up: true }, 'master, eth1', 'vrrp', 'neutral'],
    [{ ...because, type: 'link', interface: 'eth0', up: false }, 'eth0', 'vrrp', 'bad'],
    [{ ...because, type: 'script', name: 'check_dns', up: true }, 'check_dns', 'vrrp', 'good'],
  ])('%j', (event, subject, category, tone) => {
    const [happening, ...others] = directorHappenings(view, 'master', event);
    if (happening === undefined) throw new Error('It tells nothing');
    expect(others).toEqual([]);
    expect(happening).toMatchObject({ kind: 'part', node: 'master', subject, reason: 'because' });
    expect([categoryOf(happening), toneOf(happening)]).toEqual([category, tone]);
  });

  it('names a server that an operator takes out, and leaves those that fail to the checks', () => {
    const server = { address: '10.0.100.2', port: 80 };
    const event = { ...because, type: 'server', service: web, server, up: true, weight: 1 } as const;
    expect(directorHappenings(view, 'master', { ...event, mode: 'ready' })).toEqual([]);
    expect(directorHappenings(view, 'master', { ...event, mode: 'drain' })).toMatchObject([
      { kind: 'mode', server: '10.0.100.2:80', service: '192.168.1.200:80', mode: 'drain' },
    ]);
  });
});
