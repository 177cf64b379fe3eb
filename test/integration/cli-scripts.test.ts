import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resultOf } from './support/command-line.ts';
import type { CommandResult } from './support/command-line.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A checkout as it comes: nothing installed, nothing built. */
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'relevo-checkout-'));
  for (const part of ['scripts', 'bin', 'package.json', 'package-lock.json']) {
    cpSync(join(root, part), join(checkout, part), { recursive: true });
  }
  mkdirSync(join(checkout, '.ci'));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function node(
  args: readonly string[],
  options: { uid?: number; environment?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const { uid, environment } = options;
  const env = { ...process.env, RELEVO_STATE: join(checkout, 'state'), ...environment };
  return resultOf(
    spawn(process.execPath, args, {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      ...(uid === undefined ? {} : { uid }),
    }),
  );
}

describe('npm start', () => {
  test('without root explains the choices and does nothing', async () => {
    chmodSync(checkout, 0o755);
    const { status, stderr } = await node(['scripts/start.mjs'], { uid: 65_534 });
    expect(status).toBe(1);
    expect(stderr).toContain('sudo npm start');
    expect(stderr).toContain('relevo serve');
    expect(stderr).toContain('Nothing was changed');
    expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
  });

  test('has help before anything is installed', async () => {
    const { status, stdout } = await node(['scripts/start.mjs', '--help']);
    expect(status).toBe(0);
    expect(stdout.toString()).toContain('--no-lab');
  });

  test('refuses an option that it does not know, with its help', async () => {
    const { status, stderr } = await node(['scripts/start.mjs', '--nolab']);
    expect(status).toBe(2);
    expect(stderr).toContain('--no-lab');
  });

  test('says everything that it will install before it installs anything', async () => {
    // A machine that lacks them all, and an apt-get that fails: what was said until then is what counts.
    const programs = join(checkout, 'programs');
    mkdirSync(programs);
    symlinkSync('/bin/false', join(programs, 'apt-get'));
    const { status, stdout } = await node(['scripts/start.mjs'], { environment: { PATH: programs } });
    expect(status).toBe(1);
    const lines = stdout.toString().split('\n');
    expect(lines[0]).toBe('relevo: This will be installed now:');
    if (!existsSync('/usr/sbin/ip'))
      expect(stdout.toString()).toContain('Debian package iproute2: networks and cables');
    expect(stdout.toString()).toContain('the npm packages of package-lock.json');
    expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
  });
});

test('npm start without apt-get names the packages to install by hand, and changes nothing', async () => {
  const { status, stdout, stderr } = await node(['scripts/start.mjs'], {
    environment: { PATH: join(checkout, 'empty') },
  });
  expect(status).toBe(1);
  expect(stdout.toString()).toBe('');
  expect(stderr).toContain('no apt-get');
  expect(stderr).toContain('util-linux: to enter namespaces');
  expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
});

test('relevo in a checkout that is not built says how to build it', async () => {
  const { status, stderr } = await node(['bin/relevo.js', 'status']);
  expect(status).toBe(1);
  expect(stderr).toContain('npm run build');
});

describe('the last line of npm test', () => {
  interface Reports {
    countReport: (report: object) => { passed: number; failed: number; skipped: number };
    addUp: (results: readonly object[]) => { passed: number; failed: number; skipped: number };
    sumLine: (sum: object) => string;
  }
  const load = async (): Promise<Reports> =>
    (await import(new URL('../../scripts/lib/test-reports.mjs', import.meta.url).href)) as Reports;
  const report = (passed: number, failed: number, pending: number, testResults: object[] = []): object => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    testResults,
  });

  test('sums all suites', async () => {
    const { countReport, addUp, sumLine } = await load();
    const results = [
      {},
      { counts: countReport(report(3, 0, 1)) },
      { counts: countReport(report(4, 2, 0)), failed: true },
    ];
    expect(sumLine(addUp(results))).toBe('7 passed, 2 failed, 1 skipped');
  });

  test('counts a file that could not be loaded, a suite without report and a broken check as failures', async () => {
    const { countReport, addUp, sumLine } = await load();
    const broken = { status: 'failed', assertionResults: [] };
    expect(countReport(report(5, 0, 0, [broken])).failed).toBe(1);
    expect(sumLine(addUp([{ failed: true }, { counts: undefined, failed: true }]))).toBe(
      '0 passed, 2 failed, 0 skipped',
    );
  });
});
