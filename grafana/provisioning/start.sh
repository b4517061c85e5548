#!/bin/sh
# Grafana's entry in the container: an administrator's password that is nobody's default. GRAFANA_ADMIN_PASSWORD wins; without
# it one is made on the first start and kept in Grafana's own volume, where `npm run stack` reads it:
#   docker compose exec grafana cat /var/lib/grafana/admin-password
set -eu

folder=${GF_PATHS_DATA:-/var/lib/grafana}
file=$folder/admin-password
if [ -z "${GRAFANA_ADMIN_PASSWORD:-}" ]; then
  if [ ! -s "$file" ]; then
    (umask 077; head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$file.new"; mv "$file.new" "$file")
  fi
  GRAFANA_ADMIN_PASSWORD=$(cat "$file")
fi
export GF_SECURITY_ADMIN_PASSWORD="$GRAFANA_ADMIN_PASSWORD"
unset GRAFANA_ADMIN_PASSWORD

exec "${GRAFANA_RUN:-/run.sh}" "$@"
