/** Where the executable, or the wrapper of director.cjs, is installed. */
export const installedProgram = '/usr/local/sbin/director';

/** What its unit reads beside the configuration: DIRECTOR_PLANE. */
export const environmentFile = '/etc/default/relevo-director';

/** Unit of systemd.service(5). Real-time scheduling is for the VRRP timers. */
export const systemdUnit = `[Unit]
Description=Load balancer with automatic take-over (Relevo director)
Documentation=man:keepalived.conf(5)
After=network-online.target
Wants=network-online.target

[Service]
EnvironmentFile=-${environmentFile}
ExecStart=${installedProgram} run --foreground
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=1
LimitRTPRIO=50
LimitMEMLOCK=infinity
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;

/** For nodes without systemd: /etc/init.d/director, or by hand. */
export const startScript = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          director
# Required-Start:    $network $remote_fs
# Required-Stop:     $network $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Load balancer with automatic take-over (Relevo director)
### END INIT INFO

program=\${DIRECTOR:-${installedProgram}}
configuration=\${DIRECTOR_CONFIGURATION:-/etc/keepalived/keepalived.conf}

case "$1" in
  start) exec "$program" run --config "$configuration" ;;
  stop) exec "$program" stop ;;
  restart)
    "$program" stop 2>/dev/null
    exec "$program" run --config "$configuration"
    ;;
  reload | force-reload) exec "$program" reload ;;
  status) exec "$program" status ;;
  *)
    echo "Usage: $0 start|stop|restart|reload|status" >&2
    exit 2
    ;;
esac
`;
