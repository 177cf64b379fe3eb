/**
 * A sample as it comes out of a fetch or a converter (configuration manual, section 7.1). Strings and binaries have one character an
 * octet (Latin-1); integers are 64 bits, signed; addresses are as `Address` writes them. undefined where something is fetched
 * stands for "there is none", upon which no test passes and no text appears.
 */
export type SampleValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'str' | 'bin' | 'method'; readonly value: string }
  | { readonly type: 'ipv4' | 'ipv6'; readonly value: string };
