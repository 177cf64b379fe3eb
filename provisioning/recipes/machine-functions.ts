/** What the steps of a machine's script are made of, in POSIX shell. `waiting` and `failed` are the caller's. */
export const machineFunctions = `# Whether a file changed since the services were last known to run with it: they are restarted then, and only then.
changed=/var/lib/relevo/changed
mkdir -p /var/lib/relevo
mark_changed() { : > "$changed"; }

# put FILE [MODE]: standard input becomes the file, unless it is that already. A secret is never readable by others.
put() {
  mkdir -p "\${1%/*}"
  (umask 077 && cat > "$1.relevo-new")
  if [ ! -L "$1" ] && cmp -s "$1.relevo-new" "$1"; then
    rm "$1.relevo-new"
    [ -z "\${2:-}" ] || chmod "$2" "$1"
  else
    if [ -n "\${2:-}" ]; then chmod "$2" "$1.relevo-new"
    elif [ -e "$1" ] && [ ! -L "$1" ]; then chmod --reference="$1" "$1.relevo-new"
    else chmod 644 "$1.relevo-new"; fi
    mv "$1.relevo-new" "$1"
    mark_changed
  fi
}

# serve UNIT: the service runs, with the files as they are now, and at every start of the machine.
serve() {
  [ ! -e "$changed" ] || systemctl daemon-reload
  systemctl enable --quiet "$1"
  if [ -e "$changed" ]; then systemctl restart "$1"; else systemctl start "$1"; fi
}

# While this file says so, installing a package starts nothing.
policy=/usr/sbin/policy-rc.d
own_policy=
allow_services() {
  [ -z "$own_policy" ] || rm -f "$policy"
  own_policy=
}

# install_packages NAME …: those that are missing. No service starts before it is configured.
install_packages() {
  missing=
  for package in "$@"; do
    status=$(dpkg-query -W -f='\${db:Status-Status}' "$package" 2> /dev/null) || status=
    [ "$status" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if [ ! -e "$policy" ]; then
    own_policy=yes
    printf '#!/bin/sh\\nexit 101\\n' > "$policy"
    chmod 755 "$policy"
  fi
  apt-get -o DPkg::Lock::Timeout=300 update
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold $missing < /dev/null
  allow_services
}

# await TITLE COMMAND: until the command succeeds.
await() {
  if eval "$2" > /dev/null 2>&1; then return 0; fi
  waiting "$1"
  until eval "$2" > /dev/null 2>&1; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      failed=$1
      eval "$2"
      exit 1
    fi
    sleep 1
  done
}
`;
