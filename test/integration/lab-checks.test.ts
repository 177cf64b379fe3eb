import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksFor } from '../../provisioning/checks/index.ts';
import { testbedNamed } from '../../provisioning/recipes/fixtures/recipes-of.ts';
import { TfgLab } from './support/lab.ts';
import { eventually } from './support/relevo.ts';

// What verify.sh asks virtual machines, asked of namespaces: the same statements, true in both.

const tfg = await testbedNamed('tfg');
const checks = checksFor(tfg, { stack: 'director', provider: 'namespaces', internet: 'stand-in' });

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

const holds = async (node: string, run: string): Promise<boolean> =>
  lab.on(node, run).then(
    () => true,
    () => false,
  );

it.each(checks.map((check) => [check.title, check] as const))('%s', async (_, { node, run }) => {
  // The checks of the directors take some seconds until every server is in.
  await eventually('the check passes', () => holds(node, run), 20_000);
});

describe('With a web server that is broken', () => {
  beforeAll(() => lab.on('web2', 'apache2ctl stop'));

  it('those statements are false that speak of it, and no others', async () => {
    const wrong = [
      'The table on master has web1, web2 and web3 behind TCP 192.168.1.202:80',
      'http://192.168.1.202/ is answered by web1, web2 and web3 in turn',
    ];
    const table = checks.find(({ title }) => title === wrong[0]);
    await eventually('the server is out of the table', async () => !(await holds('master', table?.run ?? '')), 20_000);
    const failed: string[] = [];
    for (const { title, node, run } of checks) if (!(await holds(node, run))) failed.push(title);
    expect(failed).toEqual(wrong);
  });
});
