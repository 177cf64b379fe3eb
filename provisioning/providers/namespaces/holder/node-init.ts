/**
 * Process 1 of a node: builds the node's view of the world in its own mount namespace, waits for its cables, boots, then
 * reaps orphans until it is killed. All its mounts go when it dies; none is ever visible outside.
 *
 * Environment: RELEVO_DISK (the node's disk, with the mount table in `mounts`), RELEVO_HOSTNAME, RELEVO_CGROUP (may be
 * empty), RELEVO_PROC (the holder's own /proc). File descriptor 3: news to the holder. Standard input: a line when the
 * cables are in.
 */
export const nodeInitScript = String.raw`
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# /proc is still the machine's: it tells our number there; the holder's own /proc tells the number the holder uses.
read -r host_pid _ < /proc/self/stat
read -r holder_pid _ < "$RELEVO_PROC/self/stat"
if [ -n "$RELEVO_CGROUP" ]; then echo 0 > "$RELEVO_CGROUP/cgroup.procs"; fi
echo "pid $host_pid $holder_pid" >&3

mount -a -T "$RELEVO_DISK/mounts"
cd "$RELEVO_DISK/root"
mkdir -p dev/net run/lock run/sshd run/relevo
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty dev/
for device in fuse net/tun; do
  if [ -e "/dev/$device" ]; then cp -a "/dev/$device" "dev/$device"; fi
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
echo "$RELEVO_HOSTNAME" > /proc/sys/kernel/hostname
pivot_root . .
umount -l .
cd /
unset RELEVO_DISK RELEVO_HOSTNAME RELEVO_CGROUP RELEVO_PROC

read -r _
status=0
if [ -x /etc/relevo/boot ]; then /etc/relevo/boot < /dev/null > /var/log/boot.log 2>&1 3>&- || status=$?; fi
echo "$status" > /run/relevo/booted
echo "booted $status" >&3
exec 3>&- < /dev/null
exec -a init bash --norc -c 'sleep infinity & while :; do wait || :; done'
`;
