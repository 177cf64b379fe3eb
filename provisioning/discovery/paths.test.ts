import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownTestbedsDirectory } from './paths.ts';

test("A user's own testbeds are where the system keeps users' data, or with everything else that was moved", () => {
  expect(ownTestbedsDirectory({ RELEVO_STATE: join('/tmp', 'mine') }, 'linux')).toBe(join('/tmp', 'mine', 'testbeds'));
  expect(ownTestbedsDirectory({ APPDATA: join('C:', 'Noa') }, 'win32')).toBe(join('C:', 'Noa', 'relevo', 'testbeds'));
  const root = process.getuid?.() === 0;
  const mac = join(homedir(), 'Library', 'Application Support', 'relevo', 'testbeds');
  expect(ownTestbedsDirectory({}, 'darwin')).toBe(root ? '/var/lib/relevo/testbeds' : mac);
  const data = { XDG_DATA_HOME: '/data' };
  expect(ownTestbedsDirectory(data, 'linux')).toBe(root ? '/var/lib/relevo/testbeds' : '/data/relevo/testbeds');
});
