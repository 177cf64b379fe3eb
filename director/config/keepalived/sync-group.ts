import type { SyncGroupConfiguration, Tracker } from '../../engine/vrrp/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { defined, flag, single } from '../values.ts';
import { notifyKeywords, notifyScripts, type NotifyDraft } from './vrrp-notify.ts';
import { trackKeywords, type Trackables } from './vrrp-tracking.ts';

export interface SyncGroup {
  readonly name: Word;
  readonly members: readonly Word[];
  readonly configuration: SyncGroupConfiguration;
}

/** `vrrp_sync_group NAME { group { INSTANCE… } … }` */
export function readSyncGroup(reader: Reader, statement: Statement, trackables: Trackables): SyncGroup | undefined {
  const name = single(reader, statement, 'the name of the group');
  const members: Word[] = [];
  const track: Tracker[] = [];
  const notify: NotifyDraft = {};
  const weights = { ofMembers: false };
  reader.block(reader.blockOf(statement), 'vrrp_sync_group', {
    // Names stand one a line, or several on one.
    group: (group) => {
      for (const line of reader.blockOf(group)) members.push(line.keyword, ...line.parameters);
    },
    ...trackKeywords(reader, trackables, (tracker) => track.push(tracker)),
    ...notifyKeywords(reader, notify),
    global_tracking: (line) => (weights.ofMembers = flag(reader, line)),
    sync_group_tracking_weight: (line) => (weights.ofMembers = flag(reader, line)),
    smtp_alert: () => undefined,
  });
  if (members.length === 0)
    reader.error(statement.keyword, 'a sync group without members', { expected: 'group { … }' });
  if (!name) return undefined;
  const configuration = {
    name: name.text,
    ...(track.length === 0 ? {} : { track }),
    ...defined({ notify: notifyScripts(notify) }),
    ...(weights.ofMembers ? { memberWeights: true } : {}),
  };
  return { name, members, configuration };
}
