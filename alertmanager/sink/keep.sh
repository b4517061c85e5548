# Sourced by smtp.sh and http.sh.
export LC_ALL=C
kept=/tmp/kept
cr=$(printf '\r')

# Keeps what comes on stdin as a notification of kind $1 (mail, webhook) that was sent to $2.
keep() {
  local id
  # Hundredths of a second since the machine started, so that they sort; the process, so that none takes another's place.
  id=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)-$$
  { printf '%s %s\n' "$(date -u '+%Y-%m-%d %H:%M:%S')" "$2"; cat; } >"/tmp/$id"
  mv "/tmp/$id" "$kept/$id.$1"
  newest_first | tail -n +101 | while read -r old; do rm -f "$kept/$old"; done
  # Half of what docker-compose.yml gives /tmp.
  while [ "$(du -sk "$kept" | cut -f 1)" -gt 12000 ]; do rm -f "$kept/$(newest_first | tail -n 1)"; done
}

newest_first() { ls "$kept" | sort -rn; }
