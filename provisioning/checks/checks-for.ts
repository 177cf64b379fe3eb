import type { Differences } from '../../testbeds/differences.ts';
import type { Internet, Stack } from '../../testbeds/exporters/vagrant/options.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { LabCheck } from './check.ts';
import { nameChecks } from './name-checks.ts';
import { networkChecks } from './network-checks.ts';
import { proxyChecks } from './proxy-checks.ts';
import { serviceChecks } from './service-checks.ts';
import { storageChecks } from './storage-checks.ts';

/** What decides which statements hold, besides the testbed. */
export interface CheckContext {
  readonly stack: Stack;
  /** What is otherwise on this kind of machines, the testbed itself declares (`differences`). */
  readonly provider: keyof Differences;
  readonly internet: Internet;
}

/** What must be true of a lab of this testbed when nothing in it is broken, from the outside to the inside. */
export function checksFor(testbed: ResolvedTestbed, context: CheckContext): LabCheck[] {
  return [
    ...networkChecks(testbed),
    ...storageChecks(testbed, context),
    ...serviceChecks(testbed),
    ...nameChecks(testbed, context),
    // Our director does not read haproxy.cfg yet.
    ...(context.stack === 'classic' ? proxyChecks(testbed) : []),
  ];
}
