/** Sizes and numbers of the sync messages (net/netfilter/ipvs/ip_vs_sync.c), all fields in network byte order. */
export const HEADER_V1 = 8;
export const HEADER_V0 = 4;
export const VERSION = 1;
/** Connections that a message's count can say. */
export const MOST_CONNECTIONS = 255;

export const SIZE_IPV4 = 36;
export const SIZE_IPV6 = 72;
export const SIZE_V0 = 24;
/** Bit 0 of a connection's type. */
export const TYPE_IPV6 = 0x1;
/** The size of a connection has 12 bits, its version the 4 above. */
export const SIZE_MASK = 0xfff;
export const VERSION_SHIFT = 12;

export const OPTION_HEADER = 2;
export const OPTION_SEQUENCES = 1;
export const OPTION_ENGINE_DATA = 2;
export const OPTION_ENGINE_NAME = 3;
/** A reader that does not know the option may leave it out. */
export const OPTION_IS_OPTIONAL = 0x40;
export const SEQUENCES_SIZE = 24;
export const ENGINE_DATA_MAXIMUM = 255;
export const ENGINE_NAME_MAXIMUM = 16;

export function align4(size: number): number {
  return (size + 3) & ~3;
}
