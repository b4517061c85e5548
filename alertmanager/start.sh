#!/bin/sh
# Alertmanager's entry in the container: keeps of alertmanager.yml what is configured, then starts it.
#
#   start.sh [flags]   write the configuration and run alertmanager with these flags
#   start.sh --print   print the configuration; for tests and for looking
#
# Configured means: the secret file is there and not empty, or the variable is set. Runs in busybox and anywhere else.
set -eu

template=${ALERTMANAGER_TEMPLATE:-/etc/alertmanager/alertmanager.yml}
secrets=${ALERTMANAGER_SECRETS:-/etc/alertmanager/secrets}
export SMTP_PORT="${SMTP_PORT:-587}" SMTP_USERNAME="${SMTP_USERNAME:-}"

if [ -n "${ALERT_EMAIL_TO:-}" ] && { [ -z "${SMTP_HOST:-}" ] || [ -z "${SMTP_FROM:-}" ]; }; then
  echo "alertmanager: ALERT_EMAIL_TO is set, so SMTP_HOST and SMTP_FROM are expected too; no e-mail is sent until they are" >&2
  unset ALERT_EMAIL_TO
fi

render() {
  present=
  for file in "$secrets"/*; do
    [ -f "$file" ] && [ -s "$file" ] || continue
    # A file that only root can read on the host cannot be read here; silence would mean that nobody is paged.
    [ -r "$file" ] || { echo "alertmanager: expected $file to be readable by user $(id -u): chmod 644 it" >&2; continue; }
    present="$present $(basename "$file")"
  done
  PRESENT="$present " awk '
    function value(name) { v = ENVIRON[name]; gsub(/\\/, "\\\\", v); gsub(/"/, "\\\"", v); return v }
    $1 == "#" && $2 == "when" {
      skip = $3 == "secret" ? !index(ENVIRON["PRESENT"], " " $4 " ") : ENVIRON[$4] == ""
      next
    }
    $1 == "#" && $2 == "end" { skip = 0; next }
    skip { next }
    {
      while (match($0, /\$\{[A-Z_]+\}/)) {
        name = substr($0, RSTART + 2, RLENGTH - 3)
        $0 = substr($0, 1, RSTART - 1) value(name) substr($0, RSTART + RLENGTH)
      }
      print
    }
  ' "$template"
}

if [ "${1:-}" = --print ]; then
  render
  exit
fi
render >/tmp/alertmanager.yml
exec /bin/alertmanager --config.file=/tmp/alertmanager.yml "$@"
