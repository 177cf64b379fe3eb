#!/bin/sh
# Process 1 of the oracle's guest: makes the network, then obeys the host through a virtio port.
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
while read -r module; do
  insmod "/modules/$module" || echo "insmod $module failed"
done < /modules/order

set_all() { echo "$1" > "/proc/sys/$2" || echo "no $2"; }
set_all 1 net/ipv4/ip_forward
set_all 1 net/ipv6/conf/all/forwarding
set_all 0 net/ipv4/conf/all/rp_filter
set_all 0 net/ipv4/conf/default/rp_filter
set_all 0 net/ipv4/conf/all/send_redirects
set_all 0 net/ipv4/conf/default/send_redirects
set_all 0 net/ipv4/icmp_ratelimit
set_all 1000000 net/ipv4/icmp_msgs_per_sec
set_all 1000000 net/ipv4/icmp_msgs_burst
set_all 0 net/ipv6/icmp/ratelimit
set_all 0 net/ipv6/conf/default/accept_dad
set_all 0 net/ipv6/conf/all/accept_dad
set_all 0 net/ipv6/conf/default/accept_ra
set_all 0 net/ipv6/conf/default/router_solicitations
set_all 1 net/ipv4/igmp_link_local_mcast_reports

/bin/ip link set lo up
for port in /sys/class/net/*; do
  name=${port##*/}
  case $(cat "$port/address") in
    02:00:00:00:00:01) client=$name ;;
  esac
done
[ "$client" = eth0 ] || echo "the ports have changed places"
/bin/ip link set eth0 up
/bin/ip link set eth1 up
/bin/ip -batch /network || echo 'no network'
/bin/ip -6 -batch /network6 || echo 'no IPv6 network'
echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/eth1/rp_filter

# A frame from 06:00:… carries a firewall mark in the other four bytes of its source, the lowest byte first.
nft 'add table inet oracle; add chain inet oracle marks { type filter hook prerouting priority -300 ; };
  add rule inet oracle marks @ll,48,16 0x0600 meta mark set @ll,64,32' || echo 'no marks'
for name in all default eth0 eth1; do set_all 1 net/ipv6/conf/$name/addr_gen_mode; done
until [ "$(cat /sys/class/net/eth0/operstate)$(cat /sys/class/net/eth1/operstate)" = upup ] || [ "${tries:=0}" -gt 50 ]; do
  tries=$((tries + 1))
  sleep 0.05
done

port=/dev/vport0p1
for name in /sys/class/virtio-ports/*; do port=/dev/${name##*/}; done
exec 3<>"$port"
# A request is a line "ID COUNT" and so many lines of shell. An answer is what the script says, between \1 and a letter each:
# "\1O ID" before its output, "\1E CODE" before its errors, "\1." at the end. Programs are slow here, so the shell does it alone.
printf '\1O ready\n\1E 0\n\1.\n' >&3
while read -r id count <&3; do
  while [ "$count" -gt 0 ]; do
    IFS= read -r line <&3
    printf '%s\n' "$line"
    count=$((count - 1))
  done > /run/script
  printf '\1O %s\n' "$id" >&3
  (
    exec 3<&-
    . /run/script
  ) >&3 2> /run/err < /dev/null
  printf '\1E %s\n' $? >&3
  [ -s /run/err ] && cat /run/err >&3
  printf '\1.\n' >&3
done
echo 'host is gone'
poweroff -f
