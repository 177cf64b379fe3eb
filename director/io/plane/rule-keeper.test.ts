import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RuleKeeper } from './rule-keeper.ts';

const web = { protocol: 'TCP', address: '192.168.1.202', port: 80 } as const;

let loaded: string[];
let refusals: number;
let complaints: string[];
let keeper: RuleKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  [loaded, refusals, complaints] = [[], 0, []];
  const load = (rules: string): Promise<void> => {
    if (refusals-- > 0) return Promise.reject(new Error('No such device'));
    loaded.push(rules);
    return Promise.resolve();
  };
  keeper = new RuleKeeper(['eth0'], (_level, message) => complaints.push(message), load);
});
afterEach(() => vi.useRealTimers());

describe('the keeper of the rules', () => {
  it('loads refused rules again until the kernel takes them, and complains once', async () => {
    await keeper.start();
    refusals = 3;
    keeper.setServices([web], []);
    await keeper.settled();
    expect(loaded.join('')).not.toContain(web.address);
    await vi.advanceTimersByTimeAsync(2000);
    expect(loaded.at(-1)).toContain(web.address);
    expect(complaints).toEqual(['No such device']);
  });

  it('loads what was refused along with the next change', async () => {
    await keeper.start();
    refusals = 1;
    keeper.setServices([web], []);
    await keeper.settled();
    keeper.setInterfaces(['eth0']);
    await keeper.settled();
    expect(loaded.at(-1)).toContain(web.address);
    expect(loaded.at(-1)).toContain('device "eth0"');
    const count = loaded.length;
    await vi.advanceTimersByTimeAsync(2000);
    expect(loaded).toHaveLength(count);
  });

  it('does not come back with rules after it has stopped', async () => {
    await keeper.start();
    refusals = 1;
    keeper.setServices([web], []);
    await keeper.settled();
    await keeper.stop();
    const count = loaded.length;
    await vi.advanceTimersByTimeAsync(2000);
    expect(loaded).toHaveLength(count);
  });

  it('does not start when the kernel refuses the foundation', async () => {
    refusals = 1;
    await expect(keeper.start()).rejects.toThrow('No such device');
  });
});
