import { startAttempt } from '../../../../director/io/checks/attempt.ts';
import type { CheckConfiguration } from '../../../../director/engine/checks/configuration.ts';

/** Runs the checks in the argument (JSON), all at once, and prints their results in the same order. */
const checks = JSON.parse(process.argv[2] ?? '[]') as CheckConfiguration[];

function look(check: CheckConfiguration): Promise<unknown> {
  return new Promise((resolve) => {
    const attempt = startAttempt(check, (result) => {
      clearTimeout(timer);
      resolve(result);
    });
    const timer = setTimeout(() => {
      attempt.abort();
      resolve({ ok: false, reason: 'no answer' });
    }, check.timeoutMs);
  });
}

process.stdout.write(JSON.stringify(await Promise.all(checks.map(look))));
