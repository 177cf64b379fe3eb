import {
  IconAddressBook,
  IconArrowsSplit,
  IconDatabase,
  IconDeviceLaptop,
  IconServer2,
  IconWorld,
} from '@tabler/icons-react';
import type { Role } from '../../testbeds/resolved.ts';

const icons = {
  director: IconArrowsSplit,
  web: IconServer2,
  dns: IconAddressBook,
  nas: IconDatabase,
  client: IconDeviceLaptop,
  internet: IconWorld,
} satisfies Record<Role, unknown>;

export function RoleIcon({ role, size }: { readonly role: Role; readonly size: number | string }) {
  const Icon = icons[role];
  return <Icon size={size} aria-hidden />;
}
