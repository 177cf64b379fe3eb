import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { BalancedLab, serverAddress, VIP } from './support/balanced-lab.ts';
import { until } from './support/director-namespaces.ts';
import type { NodeProcess } from './support/director-process.ts';

const program = '/usr/sbin/ldirectord';
const isThere = existsSync(program);
if (!isThere) console.warn('Not compared with ldirectord, which is not installed: apt-get install ldirectord');

const work = mkdtempSync(join(tmpdir(), 'relevo-ldirectord-'));
let lab: BalancedLab;

beforeAll(async () => {
  if (!isThere) return;
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  lab = new BalancedLab('ld', work, script);
  await lab.start('global_defs {\n}\n');
});

afterAll(async () => {
  if (isThere) await lab.stop();
  rmSync(work, { recursive: true, force: true });
});

const configuration = (quiescent: 'yes' | 'no'): string => `checktimeout=5
negotiatetimeout=5
checkinterval=1
autoreload=no
quiescent=${quiescent}
virtual=${VIP}:80
    real=${serverAddress(1)}:80 masq 2
    real=${serverAddress(2)}:80 masq 1
    fallback=127.0.0.1:80
    service=http
    request="index.html"
    receive="is well"
    scheduler=wrr
    persistent=60
    protocol=tcp
    checktype=negotiate
`;

describe.skipIf(!isThere)('real ldirectord with our ipvsadm', () => {
  const rules = async (): Promise<string[]> => (await lab.ipvsadm('-Sn')).stdout.trim().split('\n');
  const service = `-A -t ${VIP}:80 -s wrr -p 60`;
  const server = (index: number, weight: number): string =>
    `-a -t ${VIP}:80 -r ${serverAddress(index)}:80 -m -w ${weight}`;
  const fallback = `-a -t ${VIP}:80 -r 127.0.0.1:80 -g -w 1`;
  const becomes = (what: string, expected: string[]): Promise<number> =>
    until(what, 45_000, async () => {
      // Each look is a process; ldirectord needs the processor too.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const found = await rules();
      return expected.every((rule) => found.includes(rule)) && found.length === expected.length;
    });

  /** Every command that it gave was obeyed: it logs what a command answers when it fails. */
  function expectNothingAmiss(log: string): void {
    const complaints = log
      .split('\n')
      // Its own parser reads past the end of a table without servers, also with the real ipvsadm.
      .filter((line) => !/Use of uninitialized value \$fd in split/.test(line))
      .filter((line) =>
        /failed|error|illegal|unknown line|no such|not defined|already exists|uninitialized/i.test(line),
      )
      .filter((line) => !/^(DEBUG2: )?check_http: .* is down$/.test(line));
    expect(complaints).toEqual([]);
  }

  async function underLdirectord(
    quiescent: 'yes' | 'no',
    work_: (process: NodeProcess) => Promise<void>,
  ): Promise<void> {
    rmSync(lab.callsFile, { force: true });
    for (const index of [1, 2]) lab.setWell(index, true);
    const file = join(work, `${quiescent}.cf`);
    writeFileSync(file, configuration(quiescent));
    const process = lab.runOnDirector(`ldirectord-${quiescent}`, `${program} -d ${file} start`);
    try {
      await work_(process);
    } finally {
      await process.stop();
    }
  }

  it.each([
    {
      quiescent: 'yes' as const,
      oneDown: [server(1, 0), server(2, 1)],
      allDown: [server(1, 0), server(2, 0), fallback],
    },
    { quiescent: 'no' as const, oneDown: [server(2, 1)], allDown: [fallback] },
  ])('quiescent=$quiescent', { timeout: 240_000 }, async ({ quiescent, oneDown, allDown }) => {
    await underLdirectord(quiescent, async (process) => {
      await becomes('both servers are there', [service, server(1, 2), server(2, 1)]);
      expect(await lab.fetch()).toMatch(/^web[12] is well/);

      lab.setWell(1, false);
      await becomes('one server is out', [service, ...oneDown]);
      lab.setWell(2, false);
      await becomes('the fallback is there', [service, ...allDown]);
      lab.setWell(1, true);
      lab.setWell(2, true);
      await becomes('both servers are back', [service, server(1, 2), server(2, 1)]);

      await process.stop();
      expect(await rules()).toEqual(['']);
      expectNothingAmiss(process.log);
      expect(readFileSync(lab.callsFile, 'utf8')).toMatch(/^-L -n --thresholds$/m);
    });
  });
});
