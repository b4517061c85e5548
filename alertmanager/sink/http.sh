#!/bin/sh
# One HTTP request on stdin and stdout: POST keeps, GET / shows all, GET /mail/ID and /webhook/ID one as a whole.
set -eu
. /sink/keep.sh

# Answers with status $1 and what comes on stdin. Nothing of what is shown may run or load anything.
answer() {
  printf 'HTTP/1.1 %s\r\nContent-Type: %s; charset=utf-8\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n' "$1" "$2"
  printf "Content-Security-Policy: sandbox allow-top-navigation allow-popups; default-src 'none'; style-src 'unsafe-inline'\r\n\r\n"
  cat
}

escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }

title_of_webhook() {
  tail -n +2 "$1" | sed -n 's/^{"receiver":"\([^"]*\)","status":"\([^"]*\)".*"groupLabels":{"alertname":"\([^"]*\)".*/\3 \2, for \1/p'
}

show() {
  local id=${1%.*} kind=${1##*.} file="$kept/$1"
  printf '<article><p>%s %s</p>' "$kind" "$(head -n 1 "$file" | escape)"
  case "$kind" in
    mail)
      tail -n +2 "$file" | awk -v wanted=subject -f /sink/mail.awk | escape | sed 's/^/<h2>/; s|$|</h2>|'
      printf '<pre>'
      tail -n +2 "$file" | awk -v wanted=text/plain -f /sink/mail.awk | escape
      printf '</pre><a href="/mail/%s">as HTML</a>' "$id"
      ;;
    *) printf '<h2>%s</h2><a href="/webhook/%s">as JSON</a>' "$(title_of_webhook "$file" | escape)" "$id" ;;
  esac
  printf '</article>\n'
}

page() {
  printf '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>Notifications</title><style>'
  printf 'body{font:15px/1.4 sans-serif;max-width:60em;margin:1em auto;padding:0 1em}article{border:1px solid #ccc;border-radius:6px;padding:4px 14px;margin:14px 0}'
  printf 'h2{font-size:16px}p{color:#666;margin:4px 0}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body><h1>Notifications</h1>\n'
  [ -n "$(ls "$kept")" ] || printf '<p>None so far. Alertmanager sends here when the stack was started with COMPOSE_PROFILES=sink.</p>\n'
  newest_first | head -n 30 | while read -r name; do show "$name"; done
  printf '</body></html>\n'
}

IFS= read -r -t 10 line || exit 0
method=${line%% *} path=${line#* }
path=${path%% *} length=0
while IFS= read -r -t 10 header; do
  header=${header%"$cr"}
  [ -n "$header" ] || break
  case "$header" in [Cc]ontent-[Ll]ength:*) length=$(printf '%s' "${header#*:}" | tr -cd 0-9) ;; esac
done

case "$method $path" in
  POST\ *)
    if [ "${#length}" -gt 6 ]; then
      echo 'too large' | answer '413 Content Too Large' text/plain
    else
      head -c "$length" | keep webhook "$path"
      # What Slack says.
      printf ok | answer '200 OK' text/plain
    fi
    ;;
  'GET /') page | answer '200 OK' text/html ;;
  GET\ /mail/* | GET\ /webhook/*)
    id=${path#/*/}
    case "$id" in *[!0-9-]*) id= ;; esac
    if [ -f "$kept/$id.mail" ]; then
      tail -n +2 "$kept/$id.mail" | awk -v wanted=text/html -f /sink/mail.awk | answer '200 OK' text/html
    elif [ -f "$kept/$id.webhook" ]; then
      # A line for each member: wide lines are hard to read.
      tail -n +2 "$kept/$id.webhook" | sed 's/\([{,]\)"/\1\n"/g; s/},{/},\n{/g' | answer '200 OK' text/plain
    else
      echo 'no such notification' | answer '404 Not Found' text/plain
    fi
    ;;
  *) echo 'nothing here' | answer '404 Not Found' text/plain ;;
esac
