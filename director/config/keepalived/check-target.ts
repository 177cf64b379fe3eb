import type { CheckTarget } from '../../engine/checks/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { address, integer, ports, text } from '../values.ts';

export type TargetDraft = { -readonly [K in keyof CheckTarget]: CheckTarget[K] };

/** The generic connection options of keepalived.conf(5). */
export function targetKeywords(reader: Reader, into: TargetDraft): Keywords {
  return {
    connect_ip: (line) => (into.address = address(reader, line) ?? into.address),
    connect_port: (line) => (into.port = integer(reader, line, ports) ?? into.port),
    bindto: (line) => {
      const source = address(reader, line);
      if (source !== undefined) into.bindAddress = source;
    },
    bind_port: (line) => {
      const port = integer(reader, line, ports);
      if (port !== undefined) into.bindPort = port;
    },
    bind_if: (line) => {
      const device = text(reader, line, 'the name of an interface');
      if (device !== undefined) into.bindInterface = device;
    },
    fwmark: (line) => notDone(reader, line, 'checks are sent without a firewall mark'),
    log_all_failures: () => undefined,
  };
}

export function notDone(reader: Reader, { keyword }: Statement, what: string): void {
  reader.warn(keyword, `"${keyword.text}" is a word of keepalived that has no effect here: ${what}`);
}
