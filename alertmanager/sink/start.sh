#!/bin/sh
# alert-sink of docker-compose.yml: takes mail (1025) and webhooks (8025) and shows them at http://localhost:8025, so that
# one sees what alerts say without an account anywhere. Keeps the newest hundred in memory. Needs busybox and nothing else.
set -eu
mkdir -p /tmp/kept
nc -ll -p 1025 -e sh /sink/smtp.sh &
exec nc -ll -p 8025 -e sh /sink/http.sh
