/**
 * Shuts a node down from inside. A machine has an init that does it; in a namespace all processes but this one's own ancestors are
 * asked to end, and get ten seconds.
 */
export const powerOffCommand = `if [ -d /run/systemd/system ]; then systemctl poweroff; exit; fi
spared=" 1 "
pid=$$
while [ "$pid" -gt 0 ]; do
  spared="$spared$pid "
  while read -r name value; do [ "$name" = PPid: ] && break; done < "/proc/$pid/status"
  pid=$value
done
set --
for entry in /proc/[0-9]*; do
  pid=\${entry#/proc/}
  case "$spared" in *" $pid "*) ;; *) set -- "$@" "$pid" ;; esac
done
[ $# -eq 0 ] || kill -TERM "$@" 2> /dev/null
for try in $(seq 100); do
  left=no
  for pid; do kill -0 "$pid" 2> /dev/null && left=yes && break; done
  [ $left = no ] && exit
  sleep 0.1
done
`;
