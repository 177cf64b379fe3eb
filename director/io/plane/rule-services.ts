import type { Address, Family } from '../../engine/address.ts';

export interface Endpoint {
  /** IP protocol number. */
  readonly protocol: number;
  readonly address: Address;
  /** 0 = every port. */
  readonly port: number;
}

/** What the rules and the sockets' filters must know of the table. */
export interface RuleServices {
  /** Services with a masqueraded server: their clients are noted, for the answers. */
  readonly noted: readonly Endpoint[];
  /** Services whose answers do not come back this way. */
  readonly quiet: readonly Endpoint[];
  /** Services on all ports of an address. */
  readonly everyPort: readonly Endpoint[];
  /** Addresses with an FTP service: data connections go to ports of their own. */
  readonly ftp: readonly Endpoint[];
  readonly marks: readonly { readonly family: Family; readonly mark: number }[];
  /** Masqueraded servers, also those that left the table and whose connections go on; their answers come back this way. */
  readonly servers: readonly Endpoint[];
}

/** How long connection entries live without a packet, in seconds: a note that went first would let an answer through. */
export interface RuleTimeouts {
  readonly openSeconds: number;
  readonly closingSeconds: number;
  readonly udpSeconds: number;
}

export const defaultRuleTimeouts: RuleTimeouts = { openSeconds: 900, closingSeconds: 120, udpSeconds: 300 };
