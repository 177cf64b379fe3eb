import type { DrillEvent } from '../../contract/index.ts';
import { clockTime } from './duration.ts';

const phases: Record<Extract<DrillEvent, { type: 'phase' }>['phase'], string> = {
  measuring: 'measuring begins',
  'waiting-for-advert': "waiting for the master's next advertisement",
  fault: 'the fault',
  healing: 'healing',
  done: 'done',
};

/** One event of a drill's timeline as a line, with the time of day. */
export function drillEventText(event: DrillEvent): string {
  return `${clockTime(event.at)}  ${what(event)}`;
}

function what(event: DrillEvent): string {
  switch (event.type) {
    case 'phase':
      return phases[event.phase];
    case 'fault':
      return `${event.node} loses its power`;
    case 'heal':
      return `${event.node} is started again`;
    case 'vrrp-state':
      return `${event.node}: ${event.instance} ${event.from} → ${event.to} (${event.reason})`;
    case 'last-advert':
      return `${event.node}: last advertisement of ${event.instance}, priority ${event.priority}`;
    case 'address':
      return `${event.node}: ${event.address} ${event.action === 'added' ? 'appears on' : 'leaves'} ${event.interface}`;
    case 'gratuitous-arp':
      return `${event.node}: gratuitous ARP for ${event.address}`;
    default:
      return assertNever(event);
  }
}

function assertNever(event: never): string {
  return JSON.stringify(event);
}
