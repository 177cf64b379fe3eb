import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, integerWord, ports, unexpected } from '../values.ts';

export interface Endpoint {
  address: string;
  /** 0 when none is given. */
  port: number;
}

/** The `ADDRESS [PORT]` after real_server, sorry_server and the like. */
export function readEndpoint(reader: Reader, { keyword, parameters }: Statement): Endpoint | undefined {
  const [addressGiven, portGiven, excess] = parameters;
  if (!addressGiven) {
    reader.error(keyword, `"${keyword.text}" needs an address`, { expected: 'ADDRESS PORT' });
    return undefined;
  }
  if (excess && portGiven) unexpected(reader, excess, portGiven, 'ADDRESS PORT');
  const address = addressWord(reader, addressGiven);
  const port = readPort(reader, portGiven);
  return address === undefined || port === undefined ? undefined : { address, port };
}

export function readPort(reader: Reader, word: Word | undefined): number | undefined {
  return word ? integerWord(reader, word, { ...ports, min: 0 }) : 0;
}
