import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forMachines } from '../../testbeds/exporters/vagrant/machines.ts';
import { testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import type { LabCheck } from './check.ts';
import { checksFor } from './checks-for.ts';

const tfg = forMachines(await testbedNamed('tfg'), 'real');
const checks = checksFor(tfg, { stack: 'classic', provider: 'vagrant', internet: 'real' });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a check where these programs answer so, and nothing else is there but a shell's own tools. */
function run(check: LabCheck, programs: Readonly<Record<string, string>>): { passed: boolean; output: string } {
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const { status, stdout, stderr } = spawnSync('sh', ['-s'], {
    input: check.run,
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin`, STATE: join(folder, 'state') },
  });
  return { passed: status === 0, output: stdout + stderr };
}

function checkCalled(pattern: RegExp): LabCheck {
  const found = checks.filter(({ title }) => pattern.test(title));
  expect(found.map(({ title }) => title)).toHaveLength(1);
  return found[0]!;
}

/** Round-robin over three web servers. */
const turns = (last: number): string =>
  `n=$(cat "$STATE" 2> /dev/null || echo 0); echo $(( (n + 1) % 3 )) > "$STATE"\necho "Soy el servidor IP: 10.0.100.$(( n % ${last} + 2 )) Cliente IP: 10.0.100.1 Forwarded-For: 192.168.1.10"`;

const table = (servers: string): string => `cat <<'END'
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.168.1.202:80 rr
${servers}
UDP  192.168.1.200:53 rr
  -> 10.0.100.5:53                Masq    1      0          0
END`;
const entry = (last: number): string => `  -> 10.0.100.${last}:80                Masq    1      0          0`;

const addresses = (...list: string[]): string =>
  list.map((address) => `echo '2: eth1 inet ${address}/32 scope global'`).join('\n');

describe('A check passes when its sentence is true, and fails when it is not', () => {
  test.each<[string, RegExp, Record<string, string>, Record<string, string>]>([
    [
      'the master’s addresses',
      /^master holds/,
      { ip: addresses('192.168.1.200', '192.168.1.202', '10.0.100.200') },
      { ip: addresses('192.168.1.200', '10.0.100.200') },
    ],
    [
      'the standby’s',
      /^standby does not hold/,
      { ip: addresses('192.168.1.102') },
      { ip: addresses('192.168.1.102', '10.0.100.200') },
    ],
    [
      'jumbo frames',
      /9000 octets/,
      { ping: '[ "${10}" = 8972 ]' },
      { ping: 'echo "message too long, mtu=1500"; exit 1' },
    ],
    [
      'the way out',
      /^web1 sends/,
      { ip: "echo '198.51.100.1 via 10.0.100.200 dev eth1'" },
      { ip: "echo '198.51.100.1 via 10.0.100.20 dev eth1'" },
    ],
    ['NFS', /^web2 has the files/, { findmnt: 'echo nfs4' }, { findmnt: 'echo fuse.sshfs' }],
    [
      'the table',
      /TCP 192\.168\.1\.202:80/,
      { ipvsadm: table([2, 3, 4].map(entry).join('\n')) },
      { ipvsadm: table([2, 4].map(entry).join('\n')) },
    ],
    [
      'a table whose servers are of another service',
      /TCP 192\.168\.1\.202:80/,
      { ipvsadm: table([4, 3, 2].map(entry).join('\n')) },
      { ipvsadm: `${table('')}\necho '${entry(2)}'; echo '${entry(3)}'; echo '${entry(4)}'` },
    ],
    ['turns', /^http:\/\/192\.168\.1\.202\/ /, { curl: turns(3) }, { curl: turns(2) }],
    ['no answer', /^http:\/\/192\.168\.1\.202\/ /, { curl: turns(3) }, { curl: 'exit 7' }],
    ['a name', /that web1\.lab\.local is/, { dig: 'echo 10.0.100.2' }, { dig: 'echo 10.0.100.20' }],
    ['a name that nobody knows', /that web1\.lab\.local is/, { dig: 'echo 10.0.100.2' }, { dig: 'exit 9' }],
    ['a name outside', /which is outside/, { dig: 'echo ias.cc.upv.es.; echo 158.42.4.23' }, { dig: 'true' }],
    ['https', /^https:/, { curl: turns(3) }, { curl: turns(1) }],
    ['the cookie', /by the cookie/, { curl: 'echo "IP: 10.0.100.3 10.0.100.1"' }, { curl: turns(3) }],
    ['no cookie’s answer', /by the cookie/, { curl: 'echo "IP: 10.0.100.3"' }, { curl: 'exit 7' }],
    ['who the client is', /told who the client is/, { curl: turns(3) }, { curl: 'echo "Forwarded-For: Desconocido"' }],
    ['the statistics', /statistics/, { curl: 'echo "<b>Nodo Master</b>"' }, { curl: 'echo "<b>Nodo Standby</b>"' }],
  ])('%s', (_, pattern, right, wrong) => {
    const check = checkCalled(pattern);
    expect(run(check, right)).toMatchObject({ passed: true });
    rmSync(join(folder, 'state'), { force: true });
    expect(run(check, wrong)).toMatchObject({ passed: false });
  });

  test('a file written on nas, seen by all web servers, and taken away again', () => {
    const check = checkCalled(/^A file written on nas/);
    const disk = join(folder, 'disk');
    const ssh = (blind: string): string => `mkdir -p ${disk}
case $1 in
  nas) shift; sh -c "$(echo "$*" | sed 's#/home/#${disk}/#')" ;;
  ${blind}) echo 'No such file or directory' >&2; exit 1 ;;
  *) shift; cat "${disk}/\${2##*/}" ;;
esac`;
    expect(run(check, { ssh: ssh('nobody') })).toMatchObject({ passed: true });
    expect(run(check, { ssh: ssh('web3') })).toEqual({ passed: false, output: 'web3 does not see it.\n' });
    expect(spawnSync('ls', [disk], { encoding: 'utf8' }).stdout).toBe('');
  });
});

describe('Which checks there are', () => {
  const titles = (changes: Partial<Parameters<typeof checksFor>[1]>): string[] =>
    checksFor(tfg, { stack: 'director', provider: 'vagrant', internet: 'real', ...changes }).map(({ title }) => title);

  test('follows the stack: our director has no HAProxy yet', () => {
    expect(titles({}).join()).not.toMatch(/:8000|:7000|https/);
    expect(titles({ stack: 'classic' })).toHaveLength(titles({}).length + 6);
  });

  test('follows how files travel', () => {
    expect(titles({ provider: 'namespaces' })).toContain('web1 has the files of nas at /nfs, by sshfs');
  });

  test("follows the Internet: a stand-in's answers are known, the real one may not be there", () => {
    expect(titles({ internet: 'stand-in' })).toContain(
      '192.168.1.200 says that www.upv.es is 158.42.4.23, whichever server is asked',
    );
    expect(checkCalled(/which is outside/).needs?.reason).toContain('no Internet here');
  });

  test('and the testbed', async () => {
    const direct = checksFor(await testbedNamed('direct'), {
      stack: 'director',
      provider: 'namespaces',
      internet: 'stand-in',
    });
    expect(JSON.stringify(direct)).not.toMatch(/10\.0\.100\.|192\.168\.1\./);
    expect(direct.length).toBeGreaterThan(5);
  });
});
