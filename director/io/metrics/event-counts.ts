import type { DirectorEvent } from '../../api/event.ts';

/** How often things happened since the director started; events come and go, their number stays. */
export class EventCounts {
  /** By `instance` and the state that was entered. */
  readonly transitions = new Map<string, { instance: string; state: string; count: number }>();
  /** By `instance` and direction. */
  readonly adverts = new Map<string, { instance: string; direction: string; count: number }>();
  readonly announcements = new Map<string, number>();
  checkChanges = { up: 0, down: 0 };

  take(event: DirectorEvent): void {
    switch (event.type) {
      case 'vrrp-state':
        countOf<{ instance: string; state: string }>(this.transitions, {
          instance: event.instance,
          state: event.to,
        }).count += 1;
        return;
      case 'advert':
        countOf<{ instance: string; direction: string }>(this.adverts, {
          instance: event.instance,
          direction: event.direction,
        }).count += 1;
        return;
      case 'gratuitous-arp':
        this.announcements.set(event.interface, (this.announcements.get(event.interface) ?? 0) + 1);
        return;
      case 'check':
        this.checkChanges[event.check.up ? 'up' : 'down'] += 1;
        return;
      default:
        return;
    }
  }
}

function countOf<Labels extends object>(
  counts: Map<string, Labels & { count: number }>,
  labels: Labels,
): { count: number } {
  const key = Object.values(labels).join('\n');
  const known = counts.get(key) ?? { ...labels, count: 0 };
  counts.set(key, known);
  return known;
}
