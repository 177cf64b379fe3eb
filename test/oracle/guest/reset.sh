#!/bin/sh
# Takes IPVS out of the kernel and puts it in again: no entries, counters or caches are left.
export PATH=/bin:/sbin
set -e
ipvsadm -C
ipvsadm --stop-daemon master 2> /dev/null || true
ipvsadm --stop-daemon backup 2> /dev/null || true
grep '^ip_vs_' /proc/modules | while read -r name _; do rmmod "$name"; done
rmmod ip_vs
grep '^ip_vs' /modules/order | while read -r module; do insmod "/modules/$module"; done
