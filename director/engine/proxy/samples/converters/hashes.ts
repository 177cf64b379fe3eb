import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { fromLatin1 } from '../../../http/octets.ts';
import type { HashSettings } from '../../backend.ts';
import { avalanche, hashFunction } from '../../balance/hash-functions.ts';
import { textOf } from '../cast.ts';
import { numberAt } from '../fetches/fetch.ts';
import { bin, int, latin1 } from '../values.ts';
import type { ConverterMaker, Converters } from './converter.ts';
import { crc32c } from './crc32c.ts';
import { xxh32, xxh64 } from './xxhash.ts';

const hash =
  (compute: (octets: string) => number): ConverterMaker =>
  (given) => {
    const spreads = numberAt(given, 0) !== 0;
    return (value) => {
      const result = compute(textOf(value));
      return int(spreads ? avalanche(result) : result);
    };
  };

/** The same functions as `hash-type` has. */
const named = (name: HashSettings['function']): ConverterMaker =>
  hash(hashFunction({ type: 'map-based', function: name, avalanche: false, balanceFactor: 0 }));

const DIGESTS = { 224: sha224, 256: sha256, 384: sha384, 512: sha512 } as const;

const sha2: ConverterMaker = (given) => {
  const bits = numberAt(given, 0, 256);
  const digest = bits in DIGESTS ? DIGESTS[bits as keyof typeof DIGESTS] : undefined;
  return (value) => (digest === undefined ? undefined : bin(latin1(digest(fromLatin1(textOf(value))))));
};

/** Section 7.3.1: hashes. */
export const hashConverters = {
  crc32: named('crc32'),
  crc32c: hash(crc32c),
  djb2: named('djb2'),
  sdbm: named('sdbm'),
  wt6: named('wt6'),
  xxh32: (given) => {
    const seed = numberAt(given, 0);
    return (value) => int(xxh32(fromLatin1(textOf(value)), seed));
  },
  xxh64: (given) => {
    const seed = BigInt(numberAt(given, 0));
    return (value) => int(BigInt.asIntN(64, xxh64(fromLatin1(textOf(value)), seed)));
  },
  sha1: () => (value) => bin(latin1(sha1(fromLatin1(textOf(value))))),
  sha2,
} satisfies Converters;
