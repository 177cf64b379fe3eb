import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHaproxy } from '../../director/config/haproxy/parse.ts';
import { formatProblem } from '../../director/config/problem.ts';
import { configurationFiles } from '../../director/io/configuration-files.ts';
import { testbedNamed } from '../../provisioning/recipes/fixtures/recipes-of.ts';
import { haproxyCfg } from '../../provisioning/recipes/parts/haproxy-cfg.ts';
import { nodeNamed } from '../../provisioning/recipes/testbed-facts.ts';
import { askHaproxy, combinedCases, lineCases, prepareFiles, type OracleCase } from './support/haproxy-oracle.ts';
import { seededRandom } from './support/seeded-random.ts';

/** Debian's package of the same name (scripts/lib/host-packages.mjs). */
const hasHaproxy = ['/usr/sbin/haproxy', '/usr/bin/haproxy'].some((path) => existsSync(path));
if (!hasHaproxy) console.warn('haproxy-conf: skipped, there is no haproxy on this machine (Debian package haproxy)');

const seed = Number(process.env.ORACLE_SEED ?? 20_261_122);

/** What is wrong with our judgement of a case, or undefined. */
async function compare(one: OracleCase, file: string): Promise<string | undefined> {
  writeFileSync(file, one.text);
  const theirs = await askHaproxy(file);
  const { configuration, problems } = parseHaproxy(one.text, file, {
    environment: process.env,
    files: configurationFiles,
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const accepts = configuration !== undefined;
  const told = `${one.name}\nHAProxy: ${theirs.output}\nours: ${errors.map(formatProblem).join('\n')}\n`;
  const wanted = one.only ? { ours: one.only === 'director', theirs: one.only === 'haproxy' } : undefined;
  if (wanted ? accepts !== wanted.ours || theirs.accepts !== wanted.theirs : accepts !== theirs.accepts) return told;
  if (accepts || theirs.lines.length === 0 || one.lines.length === 0) return undefined;
  const inPlace = (lines: readonly number[]): boolean => lines.some((line) => one.lines.includes(line));
  return inPlace(errors.map(({ line }) => line)) && inPlace(theirs.lines) ? undefined : `place: ${told}`;
}

it.each(['master', 'standby'])("reads the testbed's haproxy.cfg of %s without a problem", async (node) => {
  const testbed = await testbedNamed('tfg');
  const { proxy } = testbed;
  const text = haproxyCfg(testbed, proxy!, nodeNamed(testbed, node));
  const { configuration, problems } = parseHaproxy(text, 'haproxy.cfg');
  expect(problems.map(formatProblem)).toEqual([]);
  expect(configuration?.proxies.map(({ kind }) => kind)).toContain('listen');
});

describe.skipIf(!hasHaproxy)('beside haproxy -c', { timeout: 600_000 }, () => {
  const work = mkdtempSync(join(tmpdir(), 'relevo-haproxy-'));
  let files: Record<string, string>;

  beforeAll(() => {
    const [key, certificate] = [join(work, 'key'), join(work, 'certificate')];
    const options = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=www.example.org'];
    execFileSync('openssl', [...options, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    files = prepareFiles(work, { certificate, key });
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const complaints = async (cases: readonly OracleCase[]): Promise<string[]> => {
    const found: string[] = [];
    const queue = [...cases.entries()];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, one] = next;
        const complaint = await compare(one, join(work, `${index}.cfg`));
        if (complaint !== undefined) found.push(complaint);
      }
    };
    await Promise.all([worker(), worker()]);
    return found;
  };

  it('takes and refuses the same lines, and says where', async () => {
    const cases = lineCases(files);
    expect(cases.length).toBeGreaterThan(900);
    expect(await complaints(cases)).toEqual([]);
  });

  it(`takes and refuses the same files put together by chance (ORACLE_SEED=${seed})`, async () => {
    expect(await complaints(combinedCases(files, 150, seededRandom(seed)))).toEqual([]);
  });
});
