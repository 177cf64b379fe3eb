import type { SharingKind } from '../../testbeds/differences.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { LabCheck } from './check.ts';
import type { CheckContext } from './checks-for.ts';
import { masterName } from './facts.ts';

const kinds: Record<SharingKind, { name: string; pattern: string }> = {
  nfs: { name: 'NFS', pattern: '^nfs4\\?$' },
  sshfs: { name: 'sshfs', pattern: '^fuse.sshfs$' },
};

export function storageChecks(testbed: ResolvedTestbed, { provider }: CheckContext): LabCheck[] {
  const { clients, mountPoint, node } = testbed.storage;
  const { name, pattern } = kinds[testbed.differences[provider].sharing.kind];
  const webs = clients.filter((client) => testbed.nodes.some((one) => one.name === client && one.role === 'web'));
  return [
    ...webs.map((web) => ({
      node: web,
      title: `${web} has the files of ${node} at ${mountPoint}, by ${name}`,
      run: `kind=$(findmnt -n -o FSTYPE ${mountPoint}) && echo "$kind" && echo "$kind" | grep -q '${pattern}'`,
      hint: `Is ${node} up, and does it export the files? "mount ${mountPoint}" on ${web} says what is wrong.`,
    })),
    ...writingCheck(testbed, webs),
  ];
}

/** By SSH from the master, which may go everywhere in the cluster without a password. */
function writingCheck(testbed: ResolvedTestbed, webs: readonly string[]): LabCheck[] {
  const master = masterName(testbed);
  const { node, directory, mountPoint } = testbed.storage;
  if (master === undefined || webs.length === 0) return [];
  return [
    {
      node: master,
      title: `A file written on ${node} is there on ${webs.join(', ')}`,
      run: `name=relevo-check-$$ status=0
ssh ${node} "echo $name > ${directory}/$name"
for web in ${webs.join(' ')}; do
  [ "$(ssh "$web" cat "${mountPoint}/$name" 2>/dev/null)" = "$name" ] || { echo "$web does not see it."; status=1; }
done
ssh ${node} "rm ${directory}/$name"
exit "$status"`,
      hint: `Either "ssh" from ${master} to the servers asks for something, or they have another file system at ${mountPoint}.`,
    },
  ];
}
