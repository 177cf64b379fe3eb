import type { SchedulerFlag, Timeouts, Tunnel } from '../../api/table.ts';
import type { CommandName } from './legality.ts';
import { plainFormat, type ListingFormat } from './request.ts';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** What has been read of a command line so far; the options change it one after the other, as in the real ipvsadm. */
export class CommandLine {
  readonly command: CommandName;
  readonly commandValue: string | undefined;
  readonly format: Writable<ListingFormat> = { ...plainFormat };

  protocol: 'TCP' | 'UDP' | 'SCTP' | undefined;
  address = '';
  /** 0: not known yet. */
  family: 0 | 4 | 6 = 0;
  port = 0;
  /** 0: not a service of a mark. */
  mark = 0;
  scheduler = '';
  flagNames = '';
  schedulerFlags: SchedulerFlag[] = [];
  persistenceSeconds: number | undefined;
  /** Dotted for IPv4, prefix length for IPv6. */
  mask = '255.255.255.255';
  engine = '';
  onePacket = false;

  server = { address: '', family: 0 as 0 | 4 | 6, port: 0 };
  forwarding: 'masq' | 'gate' | 'ipip' = 'gate';
  weight = 1;
  upperThreshold = 0;
  lowerThreshold = 0;
  tunnelType: Tunnel['type'] = 'ipip';
  tunnelPort = 0;
  tunnelChecksum: Tunnel['checksum'] = 'none';

  timeouts: Timeouts = { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 0 };
  daemon: {
    role: 'master' | 'backup';
    interface: string;
    syncId: number;
    maximumLength?: number;
    group?: string;
    port?: number;
    ttl?: number;
  } = { role: 'master', interface: '', syncId: 0 };

  constructor({ command, value }: { readonly command: CommandName; readonly value: string | undefined }) {
    this.command = command;
    this.commandValue = value;
  }
}
