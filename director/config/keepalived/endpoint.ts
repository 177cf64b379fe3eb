import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { integerWord, ipv4Word } from '../values.ts';

export interface Endpoint {
  address: string;
  port: number;
}

/** The `ADDRESS PORT` after virtual_server and real_server. */
export function readEndpoint(reader: Reader, { keyword, parameters }: Statement): Endpoint | undefined {
  const [addressWord, portWord, excess] = parameters;
  const expected = 'ADDRESS PORT';
  if (!addressWord || !portWord) {
    reader.error(keyword, `"${keyword.text}" needs an address and a port`, { expected });
    return undefined;
  }
  if (addressWord.text === 'fwmark' || addressWord.text === 'group') {
    reader.error(addressWord, `"${keyword.text} ${addressWord.text}" is not supported yet`, { expected });
    return undefined;
  }
  if (excess) reader.error(excess, `unexpected "${excess.text}" after the port`, { expected });
  const address = ipv4Word(reader, addressWord);
  const port = integerWord(reader, portWord, { min: 1, max: 65_535 });
  return address === undefined || port === undefined ? undefined : { address, port };
}
