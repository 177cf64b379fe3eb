import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { context, fileOf, recipeOf, testbedNamed } from './fixtures/recipes-of.ts';
import { packagesFor } from './packages.ts';
import { recipesFor } from './recipes-for.ts';
import type { Recipe } from './recipe.ts';
import { renderBootScript, renderInstallScript } from './script.ts';

const tfg = await testbedNamed('tfg');
const small = await testbedNamed('small');

/** Everything that a recipe would run or write. */
function everything(recipe: Recipe): string {
  return [renderInstallScript(recipe), ...recipe.ready.map(({ title, command }) => `${title}: ${command}`)].join('\n');
}

test('There is one recipe for every node, in the order of the testbed', () => {
  expect(recipesFor(tfg, context).map(({ node }) => node)).toEqual(tfg.nodes.map(({ name }) => name));
});

describe('What a shell thinks of every script', () => {
  const all = [tfg, small].flatMap((testbed) =>
    (['none', 'systemd'] as const).flatMap((init) =>
      recipesFor(testbed, { ...context, init, sharing: init === 'none' ? 'sshfs' : 'nfs' }).map(
        (recipe) => [`${testbed.id}/${recipe.node}/${init}`, recipe] as const,
      ),
    ),
  );

  test.each(all)('%s is sound', (_, recipe) => {
    for (const script of [renderInstallScript(recipe), renderBootScript(recipe)]) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    for (const check of recipe.ready) {
      expect(spawnSync('sh', ['-n'], { input: check.command }).status, check.title).toBe(0);
    }
  });
});

describe('The scripts of the TFG, whole', () => {
  test.each(['nas', 'master', 'standby', 'web1', 'dns1', 'client', 'internet'])('%s', async (node) => {
    await expect(renderInstallScript(recipeOf(tfg, node))).toMatchFileSnapshot(`fixtures/scripts/${node}.sh`);
  });
});

describe('Nothing in a recipe knows the TFG', () => {
  test.each(recipesFor(small, context).map((recipe) => [recipe.node, everything(recipe)] as const))(
    "%s has none of the document's addresses and names",
    (_, text) => {
      expect(text).not.toMatch(
        /10\.0\.100\.|192\.168\.1\.|8\.8\.[84]\.|lab\.local|cluster\d|nas\b|\/nfs|\/data|standby|\bmaster\b(?!;)|08:00:27:01/,
      );
    },
  );

  test('and another testbed gets its own', () => {
    expect(fileOf(recipeOf(small, 'www-a'), '/etc/hosts').content).toBe(`127.0.0.1 localhost
10.9.0.9 files.inner files
10.9.1.1 lb-a.inner lb-a front
10.9.1.2 lb-b.inner lb-b
10.9.2.1 www-a.inner www-a
10.9.3.1 ns-a.inner ns-a
0.0.0.0 UNKNOWN
`);
    expect(fileOf(recipeOf(small, 'lb-b'), '/etc/dnsmasq.conf').content).toContain('interface=eth0\n');
    expect(fileOf(recipeOf(small, 'world'), '/etc/dnsmasq.conf').content).toContain(
      'host-record=www.example.org,203.0.113.7\n',
    );
    expect(fileOf(recipeOf(small, 'files'), '/srv/pages/hello.html').content).toBe('<p>Hello</p>\n');
    expect(fileOf(recipeOf(small, 'www-a'), '/etc/network/interfaces').content).toContain('inet dhcp');
  });
});

describe('Keys', () => {
  const holders = (word: string): string[] =>
    recipesFor(tfg, context)
      .filter((recipe) => renderInstallScript(recipe).includes(word))
      .map(({ node }) => node);

  test("the cluster's private key stays inside the cluster, and off the storage node", () => {
    expect(holders(context.keys.clusterPrivateKey)).toEqual([
      'master',
      'web1',
      'web2',
      'web3',
      'dns1',
      'dns2',
      'dns3',
      'standby',
    ]);
  });

  test('every private key is for its owner only', () => {
    const secrets = recipesFor(tfg, { ...context, keys: { ...context.keys, webPrivateKey: '(private key)' } })
      .flatMap(({ install }) => install)
      .flatMap((step) => (step.kind === 'file' && step.content.includes('private key)') ? [step] : []));
    expect(secrets).toHaveLength(8 + 11 + 3);
    for (const step of secrets) expect([step.path, step.mode]).toEqual([step.path, '600']);
  });

  test('have the file names of their kind', () => {
    const rsa = {
      ...context.keys,
      clusterPublicKey: 'ssh-rsa AAAA x\n',
      hostPublicKey: 'ecdsa-sha2-nistp256 AAAA x\n',
    };
    const recipe = recipeOf(tfg, 'web1', { keys: rsa });
    expect(fileOf(recipe, '/root/.ssh/id_rsa').mode).toBe('600');
    expect(fileOf(recipe, '/etc/ssh/ssh_host_ecdsa_key').mode).toBe('600');
    expect(fileOf(recipe, '/etc/ssh/sshd_config').content).toContain('HostKey /etc/ssh/ssh_host_ecdsa_key\n');
  });

  test('every name in the hosts file is a known host', () => {
    const recipe = recipeOf(tfg, 'master');
    const [names = '', type, key] = fileOf(recipe, '/root/.ssh/known_hosts').content.trim().split(' ');
    const listed = fileOf(recipe, '/etc/hosts')
      .content.split('\n')
      .filter((line) => line.startsWith('10.'))
      .flatMap((line) => line.split(' '));
    expect(names.split(',').sort()).toEqual(listed.sort());
    expect([type, key]).toEqual(['ssh-ed25519', 'AAAAHOST']);
  });

  test('the web servers’ key is made on the node unless the lab has one', () => {
    expect(renderInstallScript(recipeOf(tfg, 'web1'))).toContain('-newkey rsa:2048');
    const shared = recipeOf(tfg, 'web1', { keys: { ...context.keys, webPrivateKey: '(key)\n' } });
    expect(renderInstallScript(shared)).not.toContain('-newkey');
    expect(fileOf(shared, '/etc/apache2/ssl/apache.key').content).toBe('(key)\n');
  });
});

describe('packagesFor', () => {
  test('is the union of what the recipes need and what students use, sorted, each once', () => {
    const packages = packagesFor(tfg);
    expect(packages).toEqual([...new Set(packages)].sort());
    for (const recipe of recipesFor(tfg, context))
      expect(packages).toEqual(expect.arrayContaining([...recipe.packages]));
    expect(packages).toEqual(expect.arrayContaining(['keepalived', 'tcpdump', 'apache2-utils', 'sshfs']));
  });

  test('has no NFS where files travel over SSH', () => {
    expect(packagesFor(tfg).filter((name) => name.includes('nfs'))).toEqual([]);
    expect(packagesFor(tfg, 'vagrant')).toContain('nfs-kernel-server');
  });
});
