import { readFileSync } from 'node:fs';

/** How many tests of a vitest JSON report ended how; undefined when there is no report. */
export function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return countReport(report);
  } catch {
    return undefined;
  }
}

/** A file that could not even be loaded has no tests to count, and must not pass unseen: it counts as one failure. */
export function countReport(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** Of all suites; one that failed without a single failed test (a crash, no report) counts as one failure. */
export function addUp(results) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts, failed } of results) {
    sum.passed += counts?.passed ?? 0;
    sum.skipped += counts?.skipped ?? 0;
    sum.failed += counts?.failed || (failed ? 1 : 0);
  }
  return sum;
}

export const sumLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
