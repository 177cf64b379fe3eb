import { decodeAttributes } from '../netlink/message.ts';
import type { Message } from '../netlink/message.ts';
import { NetlinkSocket, protocols } from '../netlink/socket.ts';

/** NFNLGRP_NFTABLES (linux/netfilter/nfnetlink.h), as a bit of the address. */
const GROUP_NFTABLES = 1 << 6;
const SUBSYSTEM_NFTABLES = 10;
/** NFT_MSG_NEWGEN: the end of every change. */
const NEW_GENERATION = 15;
const NFGENMSG_LENGTH = 4;
const ATTRIBUTE_TABLE = 1;
const OWN_TABLES = /^relevo_/;

/** Hears from the kernel that rules of nf_tables have changed, in whatever table but our own. */
export class RulesetNotices {
  private readonly socket = new NetlinkSocket(protocols.netfilter, GROUP_NFTABLES);

  /** Whether something has changed since the last call. */
  haveCome(): boolean {
    const { messages, lost } = this.socket.notices();
    return lost || messages.some(isForeign);
  }

  close(): void {
    this.socket.close();
  }
}

/** Exported for tests. */
export function isForeign({ type, payload }: Message): boolean {
  if (type >> 8 !== SUBSYSTEM_NFTABLES || (type & 255) === NEW_GENERATION) return false;
  const table = decodeAttributes(payload.subarray(NFGENMSG_LENGTH)).get(ATTRIBUTE_TABLE);
  return !OWN_TABLES.test(new TextDecoder().decode(table));
}
