#!/usr/bin/env node
// `npm test`: sets up what is missing, then every check there is. Its last line is the sum of all tests.
import { performance } from 'node:perf_hooks';
import { mkdirSync, rmSync } from 'node:fs';
import { installMissing } from './lib/install.mjs';
import { inRoot } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { seconds, say } from './lib/say.mjs';
import { addUp, readReport, sumLine } from './lib/test-reports.mjs';

// A root shell opened with plain `su` lacks the folders for system programs.
if (process.platform === 'linux') process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

// The virtual machines' whole suite takes longer than all others together: `npm run test:vms`, or RELEVO_VMS=whole.
const reports = inRoot('test-output', 'reports');
const suites = ['unit', 'oracle', 'integration', 'vms', 'e2e'];

/** Steps in the order in which they find mistakes fastest. A step that failed does not keep the others from telling more. */
const steps = [
  { name: 'format', command: ['npm', 'run', '--silent', 'format:check'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  ...suites.map((suite) => ({ name: suite, command: testCommand(suite), suite })),
];

function testCommand(suite) {
  const report = inRoot('test-output', 'reports', `${suite}.json`);
  return [
    'npx',
    'vitest',
    'run',
    '--project',
    suite,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
}

async function perform({ name, command: [program, ...args], suite }) {
  say(`${name}: ${[program, ...args].join(' ')}`);
  const begin = performance.now();
  const status = await run(program, args, { env: { RELEVO_VMS: 'short', ...process.env, FORCE_COLOR: '0' } });
  const counts = suite === undefined ? undefined : readReport(`${reports}/${suite}.json`);
  // A suite that wrote no report has told nothing, whatever its exit status says.
  const failed = status !== 0 || (suite !== undefined && counts === undefined);
  return { name, status, failed, counts, milliseconds: performance.now() - begin };
}

function describe({ name, failed, counts, milliseconds }) {
  const tests = counts === undefined ? '' : `  ${sumLine(counts)}`;
  return `  ${name.padEnd(12)} ${seconds(milliseconds).padStart(8)}  ${failed ? 'FAILED' : 'ok'}${tests}`;
}

async function main(names) {
  const chosen = names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name));
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await installMissing('test');
  const results = [];
  for (const step of chosen) results.push(await perform(step));
  console.log('');
  for (const result of results) console.log(describe(result));
  const failed = results.some((result) => result.failed);
  const broken = results.filter((result) => result.failed && !suites.includes(result.name));
  if (broken.length > 0) console.log(`  failed besides tests: ${broken.map(({ name }) => name).join(', ')}`);
  console.log(sumLine(addUp(results)));
  process.exitCode = failed ? 1 : 0;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error.message);
  console.log(sumLine(addUp([])));
  process.exitCode = 1;
}
