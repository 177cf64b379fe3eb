/**
 * Builds the base layer: an overlay over this machine's own system, in mount and process namespaces of its own, so that
 * every package lands in the layer and none on the machine. The kernel undoes the mounts when the script ends, however it ends.
 *
 * Arguments: the layer's directory (holding `upper`, `work`, `merged`), then the packages.
 * File descriptor 3 gets apt's machine-readable progress (APT::Status-Fd).
 */
export const baseLayerScript = String.raw`
set -eu
layer=$1; shift
upper=$layer/upper

# Only the operating system shows through: whatever else this machine keeps at the top (homes, data, work) does not.
cd /
for entry in * .[!.]*; do
  case $entry in
    '*' | '.[!.]*') ;;
    bin | boot | dev | etc | lib | lib32 | lib64 | libx32 | proc | run | sbin | sys | usr | var) ;;
    *) mknod "$upper/$entry" c 0 0 ;;
  esac
done
# Nor do the places below /var where labs, containers, machines and databases keep their data, now or later.
mkdir -p "$upper/var/lib" "$upper/var/cache"
for hidden in lib/relevo cache/relevo lib/docker lib/libvirt lib/postgresql tmp; do
  mknod "$upper/var/$hidden" c 0 0
done

mount -t overlay relevo-base -o "index=off,lowerdir=/,upperdir=$upper,workdir=$layer/work" "$layer/merged"
cd "$layer/merged"
mkdir -m 700 root
mkdir -p home mnt opt/relevo/lib srv media
: > opt/relevo/node
mkdir -m 1777 tmp
mkdir -m 1777 var/tmp

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs run
mount --rbind /dev dev
mkdir -p run/lock
# The name servers of this machine, wherever its resolv.conf points.
cat /etc/resolv.conf > run/resolv.conf.relevo 2> /dev/null || true
rm -f etc/resolv.conf
cp run/resolv.conf.relevo etc/resolv.conf

# No daemon may start while packages are set up (invoke-rc.d asks this file).
printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
chroot . apt-get update -o APT::Status-Fd=3
chroot . apt-get install -y --no-install-recommends -o APT::Status-Fd=3 \
  -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold "$@"
chroot . apt-get clean
# No password of this machine opens a node; and a locked one (Ubuntu's root) would make sshd refuse its key, too.
chroot . usermod -p '*' root
rm -rf var/lib/apt/lists
mkdir -p var/lib/apt/lists/partial
rm -f usr/sbin/policy-rc.d
cd /
umount -l "$layer/merged"
`;
