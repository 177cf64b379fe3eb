import type { ForwardingMethod } from '../../api/snapshot.ts';
import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { choice } from '../values.ts';

/** `lb_kind NAT`; DR and TUN are keepalived's too, and wait for the planes that can do them. */
export function readForwarding(reader: Reader, statement: Statement): ForwardingMethod | undefined {
  const kind = choice(reader, statement, ['NAT', 'DR', 'TUN']);
  if (kind === 'DR' || kind === 'TUN')
    reader.error(statement.keyword, `${statement.keyword.text} ${kind} is not supported yet`, { expected: 'NAT' });
  return kind === 'NAT' ? 'masq' : undefined;
}
