import type { CheckConfiguration, CheckTiming } from '../../engine/checks/configuration.ts';
import { splitCommand } from '../keepalived/scripts.ts';
import { defined } from '../values.ts';
import type { LvsVirtual } from './settings.ts';

/** nanny asks ten times in the time after which a server counts as dead, but not more often than every second. */
const attemptsBeforeDead = 6;
/** How the load of a server is asked for; Piranha lets rsh_command choose the program. */
export const loadCommands: Readonly<Record<string, readonly string[]>> = {
  uptime: ['ssh', '%h', 'uptime'],
  rup: ['rup', '%h'],
  ruptime: ['ruptime'],
};

/** What one `nanny` of Piranha does for its server: connects, sends, expects; and asks how loaded it is. */
export function checksOf(
  virtual: LvsVirtual,
  protocol: 'TCP' | 'UDP' | 'FWM',
  target: { readonly address: string; readonly port: number },
): CheckConfiguration[] {
  const timing = timingOf(virtual);
  const { sendProgram, send = '', expect = '', useRegex } = virtual;
  const program = sendProgram === undefined ? undefined : withHost(splitCommand(sendProgram), target.address);
  const plain = program === undefined && send === '' && expect === '';
  const check: CheckConfiguration = plain
    ? { kind: protocol === 'UDP' ? 'PING_CHECK' : 'TCP_CHECK', ...target, ...timing }
    : { kind: 'SEND_EXPECT', ...target, ...timing, send, expect, useRegex, ...defined({ program }) };
  return [check, ...loadCheck(virtual, target.address, timing)];
}

/**
 * A server is dead after `timeout` seconds without an answer, and asked again as often; one that was dead is back when it has been well for
 * `reentry` seconds (lvs.cf(5), nanny(8) --reentrytime).
 */
function timingOf({ timeoutSeconds, reentrySeconds }: LvsVirtual): CheckTiming {
  const intervalMs = Math.max(1000, Math.round((timeoutSeconds * 1000) / attemptsBeforeDead));
  const timeoutMs = timeoutSeconds * 1000;
  return {
    intervalMs,
    timeoutMs,
    retries: 0,
    delayBeforeRetryMs: intervalMs,
    warmupMs: 0,
    reentryMs: reentrySeconds * 1000,
  };
}

function loadCheck({ loadMonitor }: LvsVirtual, address: string, timing: CheckTiming): CheckConfiguration[] {
  if (loadMonitor === 'none' || loadMonitor === '') return [];
  const command = loadCommands[loadMonitor] ?? splitCommand(loadMonitor);
  return command.length === 0 ? [] : [{ kind: 'LOAD', ...timing, command: withHost(command, address) }];
}

function withHost(words: readonly string[], address: string): string[] {
  return words.map((word) => word.replaceAll('%h', address));
}
