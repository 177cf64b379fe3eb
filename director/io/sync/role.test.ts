import { describe, expect, it } from 'vitest';
import type { TableCommand, TableResult } from '../../api/table.ts';
import { describeSync, SyncRoleFollower } from './role.ts';
import type { SyncConfiguration } from './role.ts';

const group = '224.0.0.81';
const plain: SyncConfiguration = { interface: 'eth1', syncId: 5, maximumLength: 0, group, port: 8848, ttl: 1 };
const following = { ...plain, instance: 'VI_1' };

function follower(answer: TableResult = { ok: true }) {
  const did: string[] = [];
  const said: string[] = [];
  const told: string[] = [];
  const execute = (commands: readonly TableCommand[]): Promise<TableResult[]> => {
    for (const command of commands) {
      if (command.type === 'start-sync') did.push(`+${command.daemon.role} ${command.daemon.interface}`);
      if (command.type === 'stop-sync') did.push(`-${command.role}`);
    }
    return Promise.resolve(commands.map(() => answer));
  };
  const sync = new SyncRoleFollower(
    execute,
    (_, message) => said.push(message),
    (news) => told.push(describeSync(news)),
  );
  return { follower: sync, did, said, told };
}

describe('the sync daemons of a configuration', () => {
  it('follow their VRRP instance and no other', async () => {
    const { follower: sync, did } = follower();
    await sync.configure(following);
    await sync.follow('VI_2', 'MASTER');
    await sync.follow('VI_1', 'BACKUP');
    await sync.follow('VI_1', 'MASTER');
    await sync.follow('VI_1', 'FAULT');
    expect(did).toEqual(['+backup eth1', '-backup', '+master eth1', '-master', '+backup eth1']);
  });

  it('tell of each start and end why', async () => {
    const { follower: sync, told } = follower();
    await sync.configure(following);
    await sync.follow('VI_1', 'MASTER');
    const about = (role: string): string => `The ${role} daemon of connection synchronisation on eth1 was`;
    expect(told).toEqual([
      `${about('backup')} started: the configuration says so`,
      `${about('backup')} stopped: VI_1 is MASTER`,
      `${about('master')} started: VI_1 is MASTER`,
    ]);
  });

  it('both run without an instance, and go with the configuration', async () => {
    const { follower: sync, did } = follower();
    await sync.configure(plain);
    await sync.configure({ ...plain });
    await sync.configure({ ...plain, interface: 'eth2' });
    await sync.configure(undefined);
    const last = ['-master', '-backup'];
    expect(did).toEqual(['+master eth1', '+backup eth1', ...last, '+master eth2', '+backup eth2', ...last]);
  });

  it('keep the role that VRRP has when the file is read again', async () => {
    const { follower: sync, did } = follower();
    await sync.configure(following, 'MASTER');
    await sync.configure({ ...following, syncId: 6 }, 'MASTER');
    expect(did).toEqual(['+master eth1', '-master', '+master eth1']);
  });

  it('say why they do not start, and try again at the next change', async () => {
    const { follower: sync, did, said, told } = follower({ ok: false, errno: 'ENODEV', message: 'no eth1' });
    await sync.configure(following);
    await sync.follow('VI_1', 'MASTER');
    expect(did).toEqual(['+backup eth1', '+master eth1']);
    expect(said).toEqual(['no eth1', 'no eth1']);
    expect(told).toEqual([]);
  });
});
