import type { DirectorEvent } from '../../api/event.ts';
import type { Log } from '../log.ts';

/** What the VRRP thread tells, as a line of the log; adverts are too many for that. */
export function logVrrpEvent(event: DirectorEvent, log: Log): void {
  if (event.type === 'log') log(event.level, event.message);
  else if (event.type === 'vrrp-state') log('info', `${event.instance}: ${event.from} → ${event.to}: ${event.reason}`);
  else if (event.type === 'link') log('info', `${event.interface} is ${event.up ? 'up' : 'down'}: ${event.reason}`);
}
