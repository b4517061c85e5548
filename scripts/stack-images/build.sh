#!/usr/bin/env bash
# Builds the stack's images on a machine that cannot reach an image registry: the same components, from the Go module
# proxy and Debian packages, under the names and tags that docker-compose.yml pins. With a registry nobody needs this.
#
#   build.sh                         everything: Docker and compose where missing, binaries, images
#   build.sh --only promtool,amtool  these binaries only, for use on this machine; no Docker needed
#   build.sh --print-bin             where promtool, amtool and the others are, one `name path` a line
#
# All of it is kept in $AGENT_OBSERVATORY_CACHE (~/.cache/agent-observatory), keyed by version and recipe: a second run
# takes seconds. STACK_BUILD_JOBS (2) is how many Go packages are compiled at once.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
CACHE=${AGENT_OBSERVATORY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/agent-observatory}
LOGS="$CACHE/logs"
mkdir -p "$CACHE/bin" "$LOGS"

fail() { echo "stack-images: $*" >&2; exit 1; }

# Runs a command with its output in a log file; says what it does and how long it took. $2 names the log.
step() {
  local title=$1 log="$LOGS/$2.log" began=$SECONDS
  shift 2
  echo "  $title ..."
  if "$@" >"$log" 2>&1; then
    echo "  $title: done in $((SECONDS - began)) s"
  else
    tail -n 15 "$log" >&2
    fail "$title failed after $((SECONDS - began)) s; the whole log is $log"
  fi
}

# Two runs at once would build in the same folders: the second waits for the first.
one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 9>"$CACHE/lock"
  flock --nonblock 9 || { echo "  waiting for another run of this script ..."; flock 9; }
}

. "$HERE/components.sh"
. "$HERE/go-build.sh"
. "$HERE/docker.sh"
. "$HERE/images.sh"

need_go() {
  command -v go >/dev/null || fail "no Go toolchain: expected 'go' (1.26 or later) on PATH. Install it from https://go.dev/dl/."
}

# bin/ holds links under plain names, so that PATH="$CACHE/bin:$PATH" is all a test needs.
link_binary() { ln -sfn "$(binary_path "$1")" "$CACHE/bin/$1"; }

case "${1:-}" in
  --print-bin)
    for binary in promtool amtool prometheus alertmanager loki jaeger otelcol-contrib; do
      [ ! -x "$CACHE/bin/$binary" ] || echo "$binary $CACHE/bin/$binary"
    done
    ;;
  --only)
    need_go
    one_at_a_time
    for binary in $(printf '%s' "${2:?expected names after --only, such as promtool,amtool}" | tr ',' ' '); do
      binary_path "$binary" >/dev/null
      build_binary "$binary"
      link_binary "$binary"
      echo "$binary $CACHE/bin/$binary"
    done
    ;;
  '')
    need_go
    one_at_a_time
    ensure_docker
    build_images
    ;;
  *) fail "unknown option '$1': expected nothing, --only NAMES or --print-bin" ;;
esac
