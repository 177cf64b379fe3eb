import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodeConnection } from '../ssh/connection.ts';
import { followLines, type Lines } from './node-stream.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sources one after the other; each stays open until it is closed. */
function sources() {
  const opened: { stream: PassThrough; closed: boolean }[] = [];
  const source = (): Promise<Lines> => {
    const one = { stream: new PassThrough(), closed: false };
    opened.push(one);
    return Promise.resolve({
      stream: one.stream,
      ended: new Promise(() => undefined),
      close: () => (one.closed = true),
    });
  };
  return { opened, source };
}

describe('following a source of lines', () => {
  it('asks again when it tells nothing, and gives up the silent one', async () => {
    const { opened, source } = sources();
    const heard: string[] = [];
    let lost = 0;
    const connect = (): Promise<NodeConnection> => Promise.resolve({} as NodeConnection);
    const stream = followLines({ connect, source, onLine: (line) => heard.push(line), onLost: () => lost++ });
    await soon();
    expect(opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    await soon();
    expect([opened[0]?.closed, lost]).toEqual([true, 1]);
    await vi.advanceTimersByTimeAsync(100);
    await soon();
    opened[1]?.stream.write('here\n');
    await soon();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([heard, opened.length, lost]).toEqual([['here'], 2, 1]);
    stream.stop();
    expect(opened[1]?.closed).toBe(true);
  });
});
