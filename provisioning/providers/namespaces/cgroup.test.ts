import { expect, test } from 'vitest';
import { cgroupRoot } from './cgroup.ts';

const unified = '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n';
const hybrid =
  '40 39 0:34 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n49 39 0:43 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n';

test('the v2 tree is found wherever the system has mounted it', () => {
  expect(cgroupRoot(unified)).toBe('/sys/fs/cgroup');
  expect(cgroupRoot(hybrid)).toBe('/sys/fs/cgroup/unified');
});

test('a system without cgroup v2 has no root', () => {
  expect(cgroupRoot('40 39 0:34 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n')).toBeUndefined();
});
