import { expect, it } from 'vitest';
import type { TableCommand } from '../../api/table.ts';
import { Sysctls } from '../../engine/ipvs/sysctls.ts';
import { SysctlSettings } from './sysctl-settings.ts';

function settingsOf(name: 'packet' | 'ipvs'): { settings: SysctlSettings; sysctls: Sysctls; logged: string[] } {
  const sysctls = new Sysctls();
  const logged: string[] = [];
  const place = {
    description: { name },
    table: () => ({ sysctls: sysctls.all() }),
    execute: (commands: readonly TableCommand[]) =>
      Promise.resolve(
        commands.flatMap((command) =>
          command.type === 'set-sysctl' ? [sysctls.set(command.name, command.value)] : [],
        ),
      ),
  };
  return { settings: new SysctlSettings(place, (_level, message) => logged.push(message)), sysctls, logged };
}

it('are set, and get back what they had when they are named no longer', async () => {
  const { settings, sysctls } = settingsOf('packet');
  sysctls.set('conn_reuse_mode', [2]);
  await settings.configure({ conn_reuse_mode: [0], sync_threshold: [5] });
  await settings.configure({ conn_reuse_mode: [3], sync_threshold: [5] });
  expect([sysctls.all().conn_reuse_mode, sysctls.all().sync_threshold]).toEqual([[3], [5, 50]]);
  await settings.configure({ sync_threshold: [5] });
  expect([sysctls.all().conn_reuse_mode, sysctls.all().sync_threshold]).toEqual([[2], [5, 50]]);
});

it('leave alone what a person has set and no configuration names', async () => {
  const { settings, sysctls } = settingsOf('packet');
  await settings.configure({});
  sysctls.set('sloppy_tcp', [1]);
  await settings.configure({});
  expect(sysctls.number('sloppy_tcp')).toBe(1);
});

it.each<['packet' | 'ipvs', string[]]>([
  ['packet', ['net.ipv4.vs.conntrack has no effect on the packet plane: the plane works without connection tracking']],
  ['ipvs', []],
])('without effect are told of on the packet plane only: %s', async (plane, expected) => {
  const { settings, logged } = settingsOf(plane);
  await settings.configure({ conntrack: [1], expire_nodest_conn: [1] });
  expect(logged).toEqual(expected);
});

it('that are refused are told of', async () => {
  const { settings, logged } = settingsOf('ipvs');
  await settings.configure({ est_nice: [1] });
  expect(logged).toEqual(['There is no sysctl net.ipv4.vs.est_nice']);
});
