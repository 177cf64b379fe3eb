import type { LabAccess } from '../provider.ts';

/**
 * What lets the engine in: run once by Vagrant, as root, when a machine is made. From then on root has the lab's key, and the
 * machine shows the lab's host key. Vagrant's own user and key stay as they are.
 */
export function accessScript({ hostPrivateKey, authorizedKey }: LabAccess): string {
  return `#!/bin/sh
# Lets Relevo in as root, with the lab's own keys.
set -eu
umask 077
mkdir -p /etc/relevo/ssh
# Where sshd looks for one, and the recipes write it, too: a key that a server shows twice is remarked upon at every login.
cat > /etc/ssh/ssh_host_ed25519_key <<'RELEVO_HOST_KEY'
${hostPrivateKey.trim()}
RELEVO_HOST_KEY
cat > /etc/relevo/ssh/authorized_keys <<'RELEVO_AUTHORIZED_KEY'
${authorizedKey.trim()}
RELEVO_AUTHORIZED_KEY
# The first word on a setting counts, and these come before those of the box.
cat > /etc/ssh/sshd_config.d/00-relevo.conf <<'RELEVO_SSHD'
AuthorizedKeysFile .ssh/authorized_keys /etc/relevo/ssh/authorized_keys
PermitRootLogin prohibit-password
UseDNS no
MaxSessions 1000
RELEVO_SSHD
systemctl reload ssh
`;
}
