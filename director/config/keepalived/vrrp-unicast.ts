import type { UnicastConfiguration } from '../../engine/vrrp/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, defined, integerWord } from '../values.ts';

type Peer = UnicastConfiguration['peers'][number];

const ttls = { min: 0, max: 255 };

/** `unicast_peer { ADDRESS [min_ttl N] [max_ttl N] … }` */
export function readUnicastPeers(reader: Reader, statement: Statement): Peer[] {
  return reader.blockOf(statement).flatMap(({ keyword, parameters }) => {
    const address = addressWord(reader, keyword);
    const limits = readLimits(reader, parameters);
    return address === undefined ? [] : [{ address, ...limits }];
  });
}

function readLimits(reader: Reader, parameters: readonly Word[]): Omit<Peer, 'address'> {
  const limits: { minTtl?: number; maxTtl?: number } = {};
  for (let index = 0; index < parameters.length; index += 2) {
    const [option, value] = parameters.slice(index);
    if (!option) break;
    const expected = 'min_ttl 0–255, max_ttl 0–255';
    if (option.text !== 'min_ttl' && option.text !== 'max_ttl')
      reader.error(option, `"${option.text}" is not understood after a peer`, { expected });
    else if (!value) reader.error(option, `"${option.text}" needs a value`, { expected });
    else {
      const ttl = integerWord(reader, value, ttls);
      Object.assign(limits, defined(option.text === 'min_ttl' ? { minTtl: ttl } : { maxTtl: ttl }));
    }
  }
  return limits;
}
