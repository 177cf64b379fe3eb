import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { single } from '../values.ts';

export interface SyncGroup {
  readonly name: Word;
  readonly members: readonly Word[];
}

/** `vrrp_sync_group NAME { group { INSTANCE… } }` */
export function readSyncGroup(reader: Reader, statement: Statement): SyncGroup | undefined {
  const name = single(reader, statement, 'the name of the group');
  const members: Word[] = [];
  reader.block(reader.blockOf(statement), 'vrrp_sync_group', {
    // Names stand one a line, or several on one.
    group: (group) => {
      for (const line of reader.blockOf(group)) members.push(line.keyword, ...line.parameters);
    },
    smtp_alert: () => undefined,
  });
  if (members.length === 0)
    reader.error(statement.keyword, 'a sync group without members', { expected: 'group { … }' });
  return name && { name, members };
}
