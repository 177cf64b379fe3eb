import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectorChecks } from './support/director-checks.ts';
import { checkCases } from './support/haproxy-checks-cases.ts';
import { checksFile, HaproxyChecks, type SeenChecks } from './support/haproxy-checks.ts';
import { haproxyVersion } from './support/haproxy-verdicts.ts';
import { ScriptedServer } from './support/scripted-server.ts';

/** Long enough for every script to come to its last line, and for the server to follow it. */
const WATCH_MS = 6000;

describe.skipIf(haproxyVersion() === undefined)('health checks beside HAProxy', () => {
  const servers = new Map<string, ScriptedServer>();
  const theirs = new Map<string, SeenChecks & { asked: readonly string[] }>();
  const ours = new Map<string, SeenChecks & { asked: readonly string[] }>();
  const folder = mkdtempSync(join(tmpdir(), 'relevo-checks-'));
  const asked = (name: string): string[] => [...(servers.get(name)?.asked ?? [])];

  beforeAll(async () => {
    for (const name of ['CA', 'OTHER']) certificate(folder, name);
    const pem = readFileSync(join(folder, 'CA.pem'), 'utf8');
    for (const { name, script, tls } of checkCases)
      servers.set(name, await ScriptedServer.listen(script, tls === true ? pem : undefined));
    const text = checksFile(checkCases, servers, folder);
    const haproxy = await HaproxyChecks.start(text);
    await sleep(WATCH_MS);
    for (const [name, seen] of await haproxy.seen(checkCases)) theirs.set(name, { ...seen, asked: asked(name) });
    await haproxy.stop();
    for (const server of servers.values()) server.rewind();
    const director = new DirectorChecks(text);
    await sleep(WATCH_MS);
    for (const one of checkCases) ours.set(one.name, { ...director.seen(one), asked: asked(one.name) });
    director.stop();
  }, 60_000);

  afterAll(() => {
    for (const server of servers.values()) server.close();
    rmSync(folder, { recursive: true });
  });

  it('has cases enough', () => {
    expect(checkCases.length).toBeGreaterThanOrEqual(40);
    expect([...theirs.values()].every(({ lines, statuses }) => lines.length + statuses.length > 0)).toBe(true);
  });

  it.each(checkCases.filter(({ differs }) => differs === undefined))('$name', ({ name }) => {
    const [their, our] = [theirs.get(name), ours.get(name)];
    expect({ ...our, asked: firstAsked(our?.asked) }).toEqual({ ...their, asked: firstAsked(their?.asked) });
  });

  it.each(checkCases.filter(({ differs }) => differs !== undefined))(
    '$name differs on purpose',
    ({ name, differs }) => {
      const status = (seen: SeenChecks | undefined): string | undefined => seen?.columns['check_status'];
      expect({ haproxy: status(theirs.get(name)), director: status(ours.get(name)) }).toEqual(differs);
    },
  );
});

/** What of the first two requests does not change from one process to another. */
function firstAsked(asked: readonly string[] = []): string[] {
  return asked.slice(0, 2).map((text) =>
    text
      .replace(/(PROXY TCP4 \S+ \S+) \d+/, '$1 N')
      .replace(/node=[^;]+/, 'node=N')
      .replace(/^\x16\x03[^]*/, 'hello'),
  );
}

/** `NAME.pem`: a certificate that is its own authority, for www.test, and its key. */
function certificate(folder: string, name: string): void {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const subject = ['-subj', '/CN=www.test', '-addext', 'subjectAltName=DNS:www.test'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  writeFileSync(join(folder, `${name}.pem`), readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
}
