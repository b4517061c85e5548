#!/bin/sh
# The canary: sends a trace and a log line the way programs do, looks for them where people will look, and reports how long that took:
#
#   agent_observatory_canary_lag_seconds{signal}                     from sending to finding, in whole seconds
#   agent_observatory_canary_last_success_timestamp_seconds{signal}  when something was found last
#   agent_observatory_canary_failures_total{signal}                  what was not sent, or not found within CANARY_TIMEOUT
#
# Metrics need no look of their own: where these series end, metrics do not arrive.
set -u

SERVICE=agent-observatory-canary
COLLECTOR=${CANARY_COLLECTOR:-http://otel-collector:4318}
JAEGER=${CANARY_JAEGER:-http://jaeger:16686}
LOKI=${CANARY_LOKI:-http://loki:3100}
INTERVAL=${CANARY_INTERVAL:-60}
TIMEOUT=${CANARY_TIMEOUT:-50}
RESOURCE='"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"'$SERVICE'"}}]}'

now() { date +%s; }
# A second as OTLP writes it: nanoseconds in a string.
nanos() { echo "\"${1}000000000\""; }
random() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
# $1: bytes of JSON, $2: path
post() { wget -q -O /dev/null --header 'Content-Type: application/json' --post-data "$1" "$COLLECTOR$2" 2>/dev/null; }

send_trace() {
  post '{"resourceSpans":[{'"$RESOURCE"',"scopeSpans":[{"spans":[{"traceId":"'"$1"'","spanId":"'"$(random 8)"'","name":"canary","kind":1,"startTimeUnixNano":'"$(nanos "$2")"',"endTimeUnixNano":'"$(nanos "$2")"'}]}]}]}' /v1/traces
}
send_log() {
  post '{"resourceLogs":[{'"$RESOURCE"',"scopeLogs":[{"logRecords":[{"timeUnixNano":'"$(nanos "$2")"',"severityNumber":5,"severityText":"DEBUG","body":{"stringValue":"canary"},"traceId":"'"$1"'","spanId":"0000000000000001"}]}]}]}' /v1/logs
}
find_trace() { wget -q -O - "$JAEGER/api/traces/$1" 2>/dev/null | grep -q "$1"; }
find_log() {
  wget -q -O - "$LOKI/loki/api/v1/query_range?query=%7Bservice_name%3D%22$SERVICE%22%7D%7Ctrace_id%3D%22$1%22&since=10m&limit=1" 2>/dev/null |
    grep -q '"values":\[\['
}

# $1: signal, $2: when it was sent, $3: trace id. Prints the lag, or nothing.
wait_for() {
  while [ $(($(now) - $2)) -le "$TIMEOUT" ]; do
    if "find_$1" "$3"; then
      echo $(($(now) - $2))
      return 0
    fi
    sleep 1
  done
  return 1
}

# $1: signal, $2: value, as an integer
gauge_point() { echo '{"timeUnixNano":'"$(nanos "$(now)")"',"asInt":"'"$2"'","attributes":[{"key":"signal","value":{"stringValue":"'"$1"'"}}]}'; }
sum_point() { echo '{"startTimeUnixNano":'"$(nanos "$began")"','"$(gauge_point "$1" "$2" | cut -c2-)"; }
gauge() { echo '{"name":"'"$1"'","unit":"s","gauge":{"dataPoints":['"$2"']}}'; }

report() {
  metrics='{"name":"agent_observatory_canary_failures_total","sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":['"$(sum_point traces "$failures_trace"),$(sum_point logs "$failures_log")"']}}'
  [ -z "$lags" ] || metrics="$metrics,$(gauge agent_observatory_canary_lag_seconds "$lags")"
  [ -z "$seen" ] || metrics="$metrics,$(gauge agent_observatory_canary_last_success_timestamp_seconds "$seen")"
  post '{"resourceMetrics":[{'"$RESOURCE"',"scopeMetrics":[{"metrics":['"$metrics"']}]}]}' /v1/metrics ||
    echo "canary: the collector at $COLLECTOR takes no metrics" >&2
}

began=$(now)
failures_trace=0
failures_log=0
seen_trace=
seen_log=
trap 'exit 0' TERM INT

while :; do
  # For the health check.
  touch /tmp/canary-alive
  round=$(now)
  lags=
  seen=
  for signal in trace log; do
    id=$(random 16)
    sent=$(now)
    if "send_$signal" "$id" "$sent" && lag=$(wait_for "$signal" "$sent" "$id"); then
      eval "seen_$signal=$(now)"
      lags="${lags:+$lags,}$(gauge_point "${signal}s" "$lag")"
    else
      eval "failures_$signal=\$((failures_$signal + 1))"
      echo "canary: a $signal was not found within $TIMEOUT s" >&2
    fi
    eval "last=\$seen_$signal"
    [ -z "$last" ] || seen="${seen:+$seen,}$(gauge_point "${signal}s" "$last")"
  done
  report
  rest=$((INTERVAL - ($(now) - round)))
  # In the background, so that a signal ends the wait.
  if [ "$rest" -gt 0 ]; then
    sleep "$rest" &
    wait $!
  fi
done
