import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabAccess } from '../provider.ts';
import type { NamespacesSpecification } from './specification.ts';

/** Terminals, commands and followers all share one connection, and sshd's default of 10 would be spent by a class's first lesson. */
const sshdConfig = `HostKey /etc/relevo/ssh/host_key
AuthorizedKeysFile /etc/relevo/ssh/authorized_keys
StrictModes no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PidFile none
PrintMotd no
LogLevel ERROR
MaxSessions 1000
Subsystem sftp internal-sftp
`;

/** Puts what lets the engine in on every node's disk, before the node first runs. */
export async function writeNodeAccess(lab: NamespacesSpecification, access: LabAccess): Promise<void> {
  await Promise.all(
    lab.nodes.map(({ name }) =>
      writeAccess(join(lab.directory, 'nodes', name, 'upper', 'etc', 'relevo', 'ssh'), access),
    ),
  );
}

async function writeAccess(directory: string, access: LabAccess): Promise<void> {
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(join(directory, 'host_key'), access.hostPrivateKey, { mode: 0o600 }),
    writeFile(join(directory, 'authorized_keys'), `${access.authorizedKey.trim()}\n`),
    writeFile(join(directory, 'sshd_config'), sshdConfig),
  ]);
}
