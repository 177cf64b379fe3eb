import type { MachineProvider } from '../../../testbeds/exporters/vagrant/options.ts';
import { run } from '../../process/run.ts';
import { parseVagrantOutput, tellProgress } from './machine-readable.ts';
import type { VagrantLine } from './machine-readable.ts';

/** Hundreds of megabytes over a slow line. */
const DOWNLOAD_LIMIT_MS = 3_600_000;

/** Name and provider of each box that is on this machine. */
export function installedBoxes(lines: readonly VagrantLine[]): { name: string; provider: string }[] {
  const boxes: { name: string; provider: string }[] = [];
  for (const { type, data } of lines) {
    if (type === 'box-name') boxes.push({ name: data[0] ?? '', provider: '' });
    const last = boxes.at(-1);
    if (type === 'box-provider' && last !== undefined) last.provider = data[0] ?? '';
  }
  return boxes;
}

/** Downloads a box that is not on this machine. True when it did. */
export async function ensureBox(
  name: string,
  provider: MachineProvider,
  onProgress: (message: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const list = await run('vagrant', ['box', 'list', '--machine-readable'], { signal });
  const isThere = installedBoxes(parseVagrantOutput(list)).some(
    (box) => box.name === name && box.provider === provider,
  );
  if (isThere) return false;
  onProgress(`Downloading the box ${name}`);
  await run('vagrant', ['box', 'add', name, '--provider', provider, '--machine-readable'], {
    signal,
    timeoutMs: DOWNLOAD_LIMIT_MS,
    code: 'BASE_LAYER_FAILED',
    hint: 'Check that this computer reaches the network, or name a box that "vagrant box list" shows (--box NAME).',
    onLine: (line) => tellProgress(line, onProgress),
  });
  return true;
}
