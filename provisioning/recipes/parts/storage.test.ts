import { describe, expect, test } from 'vitest';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';
import { renderInstallScript } from '../script.ts';

const tfg = await testbedNamed('tfg');

test('The storage node holds the pages of the testbed', () => {
  const nas = recipeOf(tfg, 'nas');
  expect(fileOf(nas, '/home/www/index.php').content).toContain('Servidor Web pruebas cluster');
  expect(fileOf(nas, '/home/www/pi.php').content).toContain('Calculo de PI');
});

describe('With NFS, as in virtual machines', () => {
  test("the storage node has the document's exports", () => {
    const nas = recipeOf(tfg, 'nas', { sharing: 'nfs', init: 'systemd' });
    expect(fileOf(nas, '/etc/exports').content).toBe(
      '/data 10.0.100.0/24(fsid=0,rw,sync,no_subtree_check,no_root_squash)\n',
    );
    expect(nas.packages).toEqual(expect.arrayContaining(['rpcbind', 'nfs-kernel-server']));
    expect(renderInstallScript(nas)).toContain("'/home /data none bind 0 0' >> /etc/fstab");
  });

  test('the web servers mount the root of the export', () => {
    const web = recipeOf(tfg, 'web1', { sharing: 'nfs', init: 'systemd' });
    expect(renderInstallScript(web)).toContain("'nas:/ /nfs nfs auto,rsize=8192,wsize=8192 0 0' >> /etc/fstab");
    expect(web.packages).toContain('nfs-common');
    expect(web.packages).not.toContain('sshfs');
  });
});

test('With sshfs the web servers mount the same files at the same place, and nothing that the machine mounts', () => {
  expect(fileOf(recipeOf(tfg, 'web1'), '/etc/fstab').content).toMatch(
    /^root@nas:\/data \/nfs fuse\.sshfs \S*ConnectTimeout=2\S* 0 0\n$/,
  );
  expect(fileOf(recipeOf(tfg, 'nas'), '/etc/fstab').content).toBe('/home /data none bind 0 0\n');
});

test('A web server is ready once it has the files; a director need not wait for them', () => {
  const title = 'The files of nas are at /nfs';
  expect(recipeOf(tfg, 'web1').ready.map((check) => check.title)).toContain(title);
  expect(recipeOf(tfg, 'master').ready.map((check) => check.title)).not.toContain(title);
});
