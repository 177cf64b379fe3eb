import { win32 } from 'node:path';
import { findProgram } from '../process/programs.ts';

/** VirtualBox's installer for Windows does not add its folder to the search path; it names it in one of these variables. */
const variables = ['VBOX_MSI_INSTALL_PATH', 'VBOX_INSTALL_PATH'];

/** What to start to speak with VirtualBox. */
export function vboxManage(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  if (platform !== 'win32') return 'VBoxManage';
  const named = variables.flatMap((name) => environment[name] ?? []);
  const usual = win32.join(environment['ProgramFiles'] ?? 'C:\\Program Files', 'Oracle', 'VirtualBox');
  return findProgram(['VBoxManage.exe'], environment, [...named, usual]) ?? 'VBoxManage';
}
