import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TfgLab } from './support/lab.ts';

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

describe('through the balancer', () => {
  it('100 MB arrive as they were sent', async () => {
    const sum = await lab.on(
      'nas',
      'head -c 100000000 /dev/urandom > /home/www/large.bin; chmod 644 /home/www/large.bin; sha256sum < /home/www/large.bin',
    );
    const command = 'curl -s -f -m 60 http://192.168.1.202/large.bin | sha256sum';
    for (let round = 0; round < 3; round++) expect(await lab.on('client', command)).toBe(sum);
    await lab.on('nas', 'rm /home/www/large.bin');
  });

  it('1,000 requests, 24 at a time, all succeed', async () => {
    const report = await lab.on('client', 'ab -q -n 1000 -c 24 http://192.168.1.202/');
    expect(report).toMatch(/^Complete requests: +1000$/m);
    expect(report).toMatch(/^Failed requests: +0$/m);
    expect(report).not.toMatch(/Non-2xx/);
  });
});
