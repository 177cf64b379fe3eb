/** Flags of a connection entry, with the kernel's values (include/uapi/linux/ip_vs.h, IP_VS_CONN_F_*). */

/** Mask of the forwarding method; 0 = masquerading. */
export const FLAG_FORWARDING_MASK = 0x7;
export const FORWARD_MASQUERADE = 0;
export const FORWARD_LOCAL = 1;
export const FORWARD_TUNNEL = 2;
export const FORWARD_DIRECT = 3;
/** Past all servers (sysctl cache_bypass). */
export const FORWARD_BYPASS = 4;
/** Learned from a sync message. */
export const FLAG_SYNC = 0x20;
/** Look-ups find it. */
export const FLAG_HASHED = 0x40;
/** No answer of the server was seen: the states are guessed from requests alone. */
export const FLAG_NO_OUTPUT = 0x80;
/** The entry's server counts it in InActConn. */
export const FLAG_INACTIVE = 0x100;
/** Sequence numbers of answers or of requests are shifted. */
export const FLAG_OUT_SEQUENCE = 0x200;
export const FLAG_IN_SEQUENCE = 0x400;
/** The client's port is not known yet (FTP data). */
export const FLAG_NO_CLIENT_PORT = 0x800;
/** A persistence template. */
export const FLAG_TEMPLATE = 0x1000;
/** Lives for one packet (service flag `ops`); never hashed. */
export const FLAG_ONE_PACKET = 0x2000;

/** A template's only state: a connection that it controls was established (IP_VS_CTPL_S_ASSURED). */
export const TEMPLATE_ASSURED = 1;
