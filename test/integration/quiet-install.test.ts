import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface QuietInstall {
  keepServicesOff: (file: string, pid?: number) => () => void;
  startsAtBoot: (folders: readonly string[]) => string[];
}
const { keepServicesOff, startsAtBoot } = (await import(
  new URL('../../scripts/lib/quiet-install.mjs', import.meta.url).href
)) as QuietInstall;

/** What `npm test` installs for its suites must not become servers of the machine. */
let work: string;
let policy: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'relevo-policy-'));
  policy = join(work, 'policy-rc.d');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const ask = (): number | null => spawnSync(policy, ['nginx', 'start']).status;
const machinePolicy = (answer: number): void =>
  writeFileSync(policy, `#!/bin/sh\necho "$@" >> ${join(work, 'asked')}\nexit ${answer}\n`, { mode: 0o755 });

describe('while packages are installed', () => {
  it('no service may be started, and afterwards all is as it was', () => {
    const restore = keepServicesOff(policy);
    expect(ask()).toBe(101);
    restore();
    expect(existsSync(policy)).toBe(false);
  });

  it("the machine's own policy is put aside and comes back", () => {
    machinePolicy(104);
    const before = readFileSync(policy, 'utf8');
    const restore = keepServicesOff(policy);
    expect(ask()).toBe(101);
    restore();
    expect(readFileSync(policy, 'utf8')).toBe(before);
    expect(ask()).toBe(104);
  });

  it('a run that was killed forbids nothing: the old policy is asked, and the next run puts it back', async () => {
    machinePolicy(104);
    const ended = spawn('true');
    await once(ended, 'exit');
    keepServicesOff(policy, ended.pid);
    expect(ask()).toBe(104);
    expect(readFileSync(join(work, 'asked'), 'utf8')).toBe('nginx start\n');
    const restore = keepServicesOff(policy);
    expect(ask()).toBe(101);
    restore();
    expect(ask()).toBe(104);
    expect(readFileSync(policy, 'utf8')).not.toContain('Relevo');
  });
});

it('finds what starts at boot, by systemd and by init', () => {
  const [systemd, init] = [join(work, 'system'), join(work, 'rc2.d')];
  mkdirSync(join(systemd, 'multi-user.target.wants'), { recursive: true });
  mkdirSync(init);
  symlinkSync('/nowhere', join(systemd, 'multi-user.target.wants', 'nginx.service'));
  for (const name of ['S01exim4', 'K01slapd', 'README']) writeFileSync(join(init, name), '');
  expect(startsAtBoot([systemd, init])).toEqual(['exim4', 'nginx.service']);
  expect(startsAtBoot([join(work, 'no'), join(work, 'nothing')])).toEqual([]);
});
