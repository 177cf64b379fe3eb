import type { PrepareProgress } from '../provider.ts';

/** Downloading takes the first part of the bar, installing the rest: about how the time is shared on a usual line. */
const DOWNLOAD_SHARE = 0.3;

/**
 * One line of apt's status pipe (`dlstatus:FILES:PERCENT:TEXT`, `pmstatus:PACKAGE:PERCENT:TEXT`), apt's
 * README.progress-reporting; undefined for lines of other kinds.
 */
export function parseAptStatus(line: string): PrepareProgress | undefined {
  const [kind, , percent, ...text] = line.split(':');
  const fraction = Number(percent) / 100;
  if (!Number.isFinite(fraction)) return undefined;
  const message = text.join(':');
  if (kind === 'dlstatus') return { message, fraction: fraction * DOWNLOAD_SHARE };
  if (kind === 'pmstatus') return { message, fraction: DOWNLOAD_SHARE + fraction * (1 - DOWNLOAD_SHARE) };
  return undefined;
}
