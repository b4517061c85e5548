#!/bin/sh
# Alertmanager's entry in the container: makes its configuration of alertmanager.yml, notifications.tmpl, secrets/ and the
# settings, then starts it. A channel whose secret is missing is left out; a setting that is wrong is said and left out, too,
# because an Alertmanager that does not start tells nobody of anything.
#
#   start.sh [flags]   write the configuration and run alertmanager with these flags
#   start.sh --print   write the configuration and print it; for tests and for looking
#
# Runs in busybox and anywhere else.
set -eu

files=${ALERTMANAGER_FILES:-/etc/alertmanager}
programs=${ALERTMANAGER_PROGRAMS:-/bin}
export SECRETS="${ALERTMANAGER_SECRETS:-$files/secrets}" RENDERED="${ALERTMANAGER_RENDERED:-/tmp}"

say() { echo "alertmanager: $*" >&2; }

# The words that "when" asks for, each between spaces.
on=" "
is_on() { case "$on" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
turn_on() { on="$on$1 "; }
turn_off() { ! is_on "$1" || on="${on%% "$1" *} ${on#* "$1" }"; }

find_secrets() {
  local file name
  if [ -d "$SECRETS" ] && ! { [ -r "$SECRETS" ] && [ -x "$SECRETS" ]; }; then
    say "expected the folder $SECRETS to be readable by user $(id -u): chmod 755 it"
  fi
  for file in "$SECRETS"/*; do
    name=${file##*/}
    [ -f "$file" ] && [ "$name" != README.md ] || continue
    # A file that only root can read on the host cannot be read here; silence would mean that nobody is paged.
    [ -r "$file" ] || { say "expected $file to be readable by user $(id -u): chmod 644 it"; continue; }
    grep -q '[^[:space:]]' "$file" || continue
    case "$name" in
      webhook_url | slack_webhook_url | watchdog_url)
        if [ "$(grep -c '[^[:space:]]' "$file")" != 1 ] || ! grep -Eq '^[[:space:]]*https?://[^[:space:]]+[[:space:]]*$' "$file"; then
          say "expected $file to hold one URL that begins with http:// or https:// and nothing else; it is left out"
          continue
        fi
        ;;
      pagerduty_routing_key | smtp_password | smtp_ca) ;;
      *) say "nothing reads $file; secrets/README.md lists what is read"; continue ;;
    esac
    turn_on "$name"
  done
}

choose_email() {
  [ -n "${ALERT_EMAIL_TO:-}" ] || return 0
  export SMTP_PORT="${SMTP_PORT:-587}" SMTP_REQUIRE_TLS=true SMTP_IMPLICIT_TLS=false
  if [ -z "${SMTP_HOST:-}" ] || [ -z "${SMTP_FROM:-}" ]; then
    say "ALERT_EMAIL_TO is set, so SMTP_HOST and SMTP_FROM are expected too; no e-mail is sent until they are"
    return 0
  fi
  if [ -n "${SMTP_USERNAME:-}" ]; then
    is_on smtp_password || { say "SMTP_USERNAME is set, so a file smtp_password is expected in $SECRETS; no e-mail is sent until it is there"; return 0; }
    turn_on smtp_login
  fi
  case "${SMTP_TLS:-}" in
    starttls) ;;
    tls) SMTP_IMPLICIT_TLS=true ;;
    none) SMTP_REQUIRE_TLS=false ;;
    *)
      [ -z "${SMTP_TLS:-}" ] || say "expected SMTP_TLS to be starttls, tls or none, got '$SMTP_TLS'; it is taken for unset"
      [ "$SMTP_PORT" != 465 ] || SMTP_IMPLICIT_TLS=true
      ;;
  esac
  turn_on email
}

# "09:00-12:00,13:00-17:00" and "monday:friday" as the lists that Alertmanager reads.
choose_hours() {
  [ -n "${ALERT_WORKING_HOURS:-}" ] || return 0
  if ! printf '%s' "$ALERT_WORKING_HOURS" | grep -Eq '^ *[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2} *(, *[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2} *)*$'; then
    say "expected ALERT_WORKING_HOURS to look like 09:00-17:00 or 08:00-12:00,13:00-17:00, got '$ALERT_WORKING_HOURS'; tickets do not wait"
    return 0
  fi
  export ALERT_TIME_ZONE="${ALERT_TIME_ZONE:-UTC}"
  WORKING_TIMES=$(printf '%s' "$ALERT_WORKING_HOURS" | sed "s/\([0-9:]*\)-\([0-9:]*\)/{ start_time: '\1', end_time: '\2' }/g")
  WORKING_DAYS=$(printf '%s' "${ALERT_WORKING_DAYS:-monday:friday}" | tr -d "' " | sed "s/[^,]*/'&'/g")
  export WORKING_TIMES WORKING_DAYS
  turn_on working_hours
}

choose() {
  find_secrets
  choose_email
  choose_hours
  export ALERT_NO_PAGE_ENVIRONMENTS="${ALERT_NO_PAGE_ENVIRONMENTS-dev.*|test|local}"
  [ -z "$ALERT_NO_PAGE_ENVIRONMENTS" ] || turn_on no_page_environments
  # The profile of docker-compose.yml that alert-sink is in.
  case ",${COMPOSE_PROFILES:-}," in *,sink,* | *,\*,*) turn_on sink ;; esac
  export PAGERDUTY_URL="${PAGERDUTY_URL:-https://events.pagerduty.com/v2/enqueue}"
  # Links in notifications; without a slash at the end.
  export GRAFANA_ROOT_URL="${GRAFANA_ROOT_URL:-http://localhost:3000}" ALERTMANAGER_URL="${ALERTMANAGER_URL:-http://localhost:9093}"
  GRAFANA_ROOT_URL=${GRAFANA_ROOT_URL%/} ALERTMANAGER_URL=${ALERTMANAGER_URL%/}
}

render() {
  ON=$on awk '
    # For a text between double quotes, in YAML and in a matcher alike.
    function value(name,  text, out, at, char) {
      text = ENVIRON[name]
      for (at = 1; at <= length(text); at++) {
        char = substr(text, at, 1)
        out = out (char == "\\" || char == "\"" ? "\\" char : char)
      }
      return out
    }
    $1 == "#" && $2 == "when" {
      depth++
      if (skipped) next
      hit = 0
      for (word = 3; word <= NF; word++) if (index(ENVIRON["ON"], " " $word " ")) hit = 1
      if (!hit) skipped = depth
      next
    }
    $1 == "#" && $2 == "end" { if (skipped == depth) skipped = 0; depth--; next }
    skipped { next }
    {
      for (out = ""; match($0, /[$][{][A-Z_]+[}]/); $0 = substr($0, RSTART + RLENGTH))
        out = out substr($0, 1, RSTART - 1) value(substr($0, RSTART + 2, RLENGTH - 3))
      print out $0
    }
  ' "$1"
}

write() {
  render "$files/notifications.tmpl" >"$RENDERED/notifications.tmpl"
  render "$files/alertmanager.yml" >"$RENDERED/alertmanager.yml"
}

problem=
check() {
  [ -x "$programs/amtool" ] || return 0
  problem=$("$programs/amtool" check-config "$RENDERED/alertmanager.yml" 2>&1) && return 0
  problem=$(printf '%s' "$problem" | sed -n "s/.*FAILED: //p" | head -n 1)
  return 1
}

# Words are split on purpose: each is a switch.
leave_out_what_is_wrong() {
  local all=$on why=$problem suspects suspect
  for suspects in working_hours no_page_environments email 'working_hours no_page_environments' \
    'working_hours no_page_environments email'; do
    on=$all
    for suspect in $suspects; do turn_off "$suspect"; done
    [ "$on" != "$all" ] || continue
    write
    if check; then
      say "settings are wrong ($why); left out until they are right: $suspects"
      return
    fi
  done
  on=$all problem=$why
  write
  say "the configuration is wrong: $problem"
}

choose
write
check || leave_out_what_is_wrong
if [ "${1:-}" = --print ]; then
  cat "$RENDERED/alertmanager.yml"
  exit
fi
exec "$programs/alertmanager" --config.file="$RENDERED/alertmanager.yml" "$@"
