import { existsSync, readFileSync } from 'node:fs';
import type { WindowFolder } from './window-folder.ts';

/** Whom the browser runs as when we are root: a browser keeps its sandbox only as somebody else. */
export interface WindowUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when we are not root: the browser runs as we do. */
export function windowUser(
  environment: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.getuid?.(),
): WindowUser | undefined {
  if (uid !== 0) return undefined;
  return sudoUser(environment) ?? unprivilegedUser();
}

/** Who called sudo: the desktop is theirs. */
function sudoUser(environment: NodeJS.ProcessEnv): WindowUser | undefined {
  const { SUDO_USER: name, SUDO_UID: uid, SUDO_GID: gid } = environment;
  if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '') || Number(uid) === 0) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

/**
 * A root session without sudo: nobody, who owns nothing. Other programs that run as nobody can read this window's token, but a
 * user number without an account has not been tried with every browser.
 */
function unprivilegedUser(): WindowUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [name, , uid, gid] = line?.split(':') ?? [];
  return name === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

/** What the browser needs of our environment, with its own home and its own way to the display. */
export function windowEnvironment(
  environment: NodeJS.ProcessEnv,
  user: WindowUser | undefined,
  folder: Pick<WindowFolder, 'path' | 'authority'>,
): NodeJS.ProcessEnv {
  if (user === undefined) return environment;
  const kept = ['PATH', 'LANG', 'LANGUAGE', 'LC_ALL', 'DISPLAY', 'WAYLAND_DISPLAY', 'TZ'];
  const runtime = `/run/user/${user.uid}`;
  return {
    ...Object.fromEntries(kept.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]))),
    HOME: folder.path,
    USER: user.name,
    LOGNAME: user.name,
    ...(existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
    ...(folder.authority === undefined ? {} : { XAUTHORITY: folder.authority }),
  };
}
