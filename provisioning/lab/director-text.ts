import type { DirectorEvent } from '../../director/index.ts';
import type { LogEntry } from '../contract/index.ts';

/** What a director's event is in the lab's log; undefined for those that come by the second. */
export function describeDirectorEvent(event: DirectorEvent): Pick<LogEntry, 'level' | 'message'> | undefined {
  switch (event.type) {
    case 'vrrp-state':
      return {
        level: 'warn',
        message: `${event.instance} (VRID ${event.vrid}): ${event.from} → ${event.to}: ${event.reason}`,
      };
    case 'address':
      return {
        level: 'info',
        message: `${event.address} ${event.action === 'added' ? 'added to' : 'removed from'} ${event.interface}`,
      };
    case 'check': {
      const { check } = event;
      const server = `${check.serverAddress}:${check.serverPort}`;
      return {
        level: check.up ? 'info' : 'warn',
        message: `${check.kind} of ${server}: ${check.up ? 'up' : 'down'}: ${check.reason}`,
      };
    }
    case 'second-master':
      return {
        level: 'warn',
        message: `${event.instance}: ${event.address} is master too, with priority ${event.priority}`,
      };
    case 'script':
      return {
        level: event.up ? 'info' : 'warn',
        message: `${event.name}: ${event.up ? 'up' : 'down'}: ${event.reason}`,
      };
    case 'log':
      return { level: event.level, message: event.message };
    default:
      return undefined;
  }
}
