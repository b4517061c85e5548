#!/bin/sh
# One SMTP session on stdin and stdout: enough for Alertmanager, and it takes mail for everybody.
set -eu
. /sink/keep.sh

say() { printf '%s\r\n' "$1"; }

take_data() {
  local lines=0 line
  while IFS= read -r -t 30 line; do
    line=${line%"$cr"}
    [ "$line" != . ] || return 0
    lines=$((lines + 1))
    [ "$lines" -gt 20000 ] || printf '%s\n' "${line#.}"
  done
}

to=
say '220 alert-sink ESMTP'
while IFS= read -r -t 30 line; do
  line=${line%"$cr"}
  case "$(printf %.4s "$line" | tr '[:lower:]' '[:upper:]')" in
    EHLO | HELO) say '250 alert-sink' ;;
    RCPT) to="$to ${line#*:}"; say '250 ok' ;;
    DATA) say '354 end with a dot'; take_data | keep mail "$(printf '%s' "$to" | tr -d '<>')"; to=; say '250 kept' ;;
    RSET) to=; say '250 ok' ;;
    QUIT) say '221 bye'; break ;;
    *) say '250 ok' ;;
  esac
done
