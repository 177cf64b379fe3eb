import { endpoint } from '../describe.ts';

interface Service {
  readonly protocol: 'TCP' | 'UDP' | 'FWM';
  /** Address, or number of the firewall mark. */
  readonly name: string;
  readonly port: number;
}

/** What ldirectord puts behind a fallbackcommand: `start 192.168.1.200:80 tcp`; of a mark only `:0` is left. */
export function fallbackArguments(what: 'start' | 'stop', { protocol, name, port }: Service): string[] {
  const place = protocol === 'FWM' ? ':0' : endpoint(name, port);
  return [what, place, protocol.toLowerCase()];
}
