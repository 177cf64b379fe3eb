import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { single } from '../values.ts';

/** `SSL { … }`: the certificate that keepalived's SSL_GET shows to servers. Ours shows none, and says so where the block begins. */
export function readSsl(reader: Reader, statement: Statement): void {
  const file = (line: Statement): void => void single(reader, line, 'the path of a PEM file');
  reader.block(reader.blockOf(statement), 'SSL', {
    password: (line) => void single(reader, line, "the key's password"),
    ca: file,
    certificate: file,
    key: file,
  });
  reader.warn(
    statement.keyword,
    '"SSL" has no effect here: checks over TLS show no certificate and trust every server',
  );
}
