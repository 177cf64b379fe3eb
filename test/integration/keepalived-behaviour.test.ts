import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from './support/director-namespaces.ts';
import { debianTools } from './support/director-tools.ts';
import { buildVrrpHost, eventsOf, VrrpLab, type Who } from './support/vrrp-lab.ts';

let work: string;
let host: string;
let env: NodeJS.ProcessEnv | undefined;
let lab: VrrpLab;
beforeAll(async () => {
  env = await debianTools();
  work = await mkdtemp(join(tmpdir(), 'relevo-vrrp-'));
  host = await buildVrrpHost(work);
});
afterAll(() => rm(work, { recursive: true, force: true }));
beforeEach(async (context) => {
  if (!env) return context.skip('Debian packages cannot be fetched here');
  lab = new VrrpLab('vb', host, work, env);
  await lab.create();
});
afterEach(async () => {
  await lab.remove();
});

interface Options {
  readonly priority?: number;
  readonly lines?: string;
  readonly outside?: string;
  readonly addresses?: string;
}

/** Version 3 at 0.1 s on eth0: as quick as a busy machine allows. */
const instance = ({ priority = 100, lines = '', outside = '', addresses = '192.168.1.200' }: Options = {}): string => `
  ${outside}
  vrrp_instance V {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    version 3
    advert_int 0.1
    ${lines}
    virtual_ipaddress {
      ${addresses}
    }
  }`;
const holds = async (space: string, ...wanted: string[]): Promise<boolean> =>
  (await lab.addresses(space)).join() === wanted.join();
const both: readonly Who[] = ['ours', 'theirs'];
const other = { ours: 'theirs', theirs: 'ours' } as const;

/** A script that writes its parameters down, one call a line. */
function recorder(name: string): { path: string; lines: () => string[] } {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'record.sh');
  const record = join(folder, 'record');
  writeFileSync(record, '');
  writeFileSync(path, `#!/bin/sh\necho "$@" >> ${record}\n`, { mode: 0o755 });
  const lines = (): string[] => readFileSync(record, 'utf8').split('\n').filter(Boolean);
  return { path, lines };
}

describe('beside the real keepalived', () => {
  it.each(both)('%s with nopreempt leaves the addresses to the weaker one', async (who) => {
    lab.start(other[who], lab.net.b, instance({ priority: 100 }));
    await until('the weaker one is master', 8000, () => holds(lab.net.b, '192.168.1.200'));
    lab.start(who, lab.net.a, instance({ priority: 150, lines: 'state BACKUP\n nopreempt' }));
    await sleep(2500);
    expect(await lab.addresses(lab.net.a)).toEqual([]);
    expect(await holds(lab.net.b, '192.168.1.200')).toBe(true);
  });

  it.each(both)('%s with preempt_delay takes over when that has passed, and not before', async (who) => {
    lab.start(other[who], lab.net.b, instance({ priority: 100 }));
    await until('the weaker one is master', 8000, () => holds(lab.net.b, '192.168.1.200'));
    const started = Date.now();
    lab.start(who, lab.net.a, instance({ priority: 150, lines: 'state BACKUP\n preempt_delay 3' }));
    await until('it preempts', 12_000, () => holds(lab.net.a, '192.168.1.200'));
    // keepalived has started a moment after it was called.
    expect(Date.now() - started).toBeGreaterThan(3000);
    expect(Date.now() - started).toBeLessThan(6500);
    await until('the weaker one leaves', 3000, () => holds(lab.net.b));
  });

  it.each(both)('%s announces each address five times at once, for IPv4 and IPv6', async (who) => {
    const excluded = 'virtual_ipaddress_excluded {\n 192.168.1.210\n 2001:db8::210\n }';
    const since = Date.now();
    lab.start(who, lab.net.a, instance({ lines: excluded }));
    const wanted = ['192.168.1.200', '192.168.1.210', '2001:db8::210'];
    await until('it holds all', 8000, () => holds(lab.net.a, ...wanted));
    const count = (kind: string, address: string | undefined): number =>
      lab.observed.filter(
        (frame) => frame.at > since && frame.type === kind && 'address' in frame && frame.address === address,
      ).length;
    const counts = (): number[] => [count('arp', wanted[0]), count('arp', wanted[1]), count('neighbour', wanted[2])];
    await until('all are announced', 3000, () => Math.min(...counts()) >= 5);
    // No more than that.
    await sleep(300);
    expect(counts()).toEqual([5, 5, 5]);
  });

  it('of two masters after a split, ours names the other, announces again, and theirs leaves', async () => {
    const ours = lab.start('ours', lab.net.a, instance({ priority: 150 }));
    lab.start('theirs', lab.net.b, instance({ priority: 100 }));
    await until('ours is master', 8000, () => holds(lab.net.a, '192.168.1.200'));
    const nft = (line: string): Promise<string> => lab.inside(lab.net.a, 'nft', ...line.split(' '));
    await nft('add table netdev split');
    for (const hook of ['ingress', 'egress'])
      await nft(`add chain netdev split ${hook} { type filter hook ${hook} device eth0 priority 0 ; policy drop ; }`);
    await until('theirs is master too', 8000, () => holds(lab.net.b, '192.168.1.200'));
    expect(await holds(lab.net.a, '192.168.1.200')).toBe(true);
    const healed = Date.now();
    // One way first: whoever speaks first after a split that heals at one stroke is chance.
    await nft('delete chain netdev split ingress');
    await until('the other is named', 3000, () => eventsOf(ours, 'second-master').length > 0);
    await nft('delete table netdev split');
    await until('theirs leaves', 5000, () => holds(lab.net.b));
    const announced = (): number => lab.observed.filter(({ at, type }) => at > healed && type === 'arp').length;
    expect(eventsOf(ours, 'second-master')[0]).toMatchObject({ address: '192.168.1.102', priority: 100 });
    // And five seconds after the last advert of the other, when it has surely left.
    await until('it is announced again', 9000, () => announced() >= 5);
  });

  it('a failing script with a weight hands over, and one that hangs has failed', async () => {
    const flag = join(work, 'well');
    writeFileSync(flag, '');
    const outside = (program: string): string =>
      `vrrp_script chk {\n script "${program}"\n interval 1\n timeout 1\n fall 2\n rise 1\n weight -100\n }`;
    const lines = 'track_script {\n chk\n }';
    const ours = lab.start(
      'ours',
      lab.net.a,
      instance({ priority: 150, lines, outside: outside(`/usr/bin/test -e ${flag}`) }),
    );
    lab.start('theirs', lab.net.b, instance({ priority: 100 }));
    await until('ours is master', 8000, () => holds(lab.net.a, '192.168.1.200'));
    await rm(flag);
    await until('theirs takes over', 6000, () => holds(lab.net.b, '192.168.1.200'));
    await until('ours leaves', 1000, () => holds(lab.net.a));
    expect(eventsOf(ours, 'script').map(({ up, reason }) => [up, reason])).toEqual([
      [true, 'exit status 0'],
      [false, 'exit status 1'],
    ]);
    writeFileSync(flag, '');
    await until('ours takes back', 6000, () => holds(lab.net.a, '192.168.1.200'));
    lab.rewrite(ours, instance({ priority: 150, lines, outside: outside('/bin/sleep 1000') }));
    ours.hangUp();
    await until('theirs takes over from the one whose script hangs', 8000, () => holds(lab.net.b, '192.168.1.200'));
    expect(eventsOf(ours, 'script').at(-1)).toMatchObject({ up: false, reason: 'no result within 1 s' });
  });
});

describe('what notify scripts are called with', () => {
  const configuration = (path: string): string => `
    global_defs {
      script_user root
    }
    vrrp_sync_group G {
      group {
        V
        W
      }
      notify "${path} any"
      notify_master "${path} group-master"
    }
    ${instance({ priority: 150, lines: `notify "${path} any"\n notify_fault "${path} fault of V"` })}
    vrrp_instance W {
      interface eth1
      virtual_router_id 52
      priority 150
      version 3
      advert_int 0.1
      notify "${path} any"
      virtual_ipaddress {
        10.0.100.200
      }
    }`;
  const scenario = async (who: Who): Promise<string[]> => {
    const { path, lines } = recorder(who);
    const running = lab.start(who, lab.net.a, configuration(path));
    const all = ['10.0.100.200', '192.168.1.200'];
    await until(`${who} is master`, 10_000, () => holds(lab.net.a, ...all));
    await lab.net.setLink(lab.net.b, 'eth1', false);
    await until(`${who} is in FAULT`, 5000, () => holds(lab.net.a));
    await sleep(300);
    await lab.net.setLink(lab.net.b, 'eth1', true);
    await until(`${who} is master again`, 10_000, () => holds(lab.net.a, ...all));
    await sleep(300);
    await running.stop();
    await sleep(300);
    return lines();
  };

  it('is the same from ours and theirs: what each instance and the group hear, in its order', async () => {
    const ours = await scenario('ours');
    await lab.flush(lab.net.a);
    const theirs = await scenario('theirs');
    // Whether V or W is told first is chance; what each of them is told is not.
    const of = (lines: string[], subject: string): string[] => lines.filter((line) => line.includes(subject));
    for (const subject of ['INSTANCE V', 'INSTANCE W', 'GROUP G', 'group-master', 'fault of V'])
      expect(of(ours, subject), subject).toEqual(of(theirs, subject));
    expect(of(ours, 'INSTANCE V')).toContain('any INSTANCE V MASTER 150');
  }, 60_000);
});
