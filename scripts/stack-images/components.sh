# What is built and from where: one row a component. Sourced by build.sh; data only.
#
# Columns: name | Go module | version | build tags | binaries (name=package, ...) | linker flags
# `remove_all_sd` leaves out Prometheus's cloud service discoveries: the stack needs fixed addresses and DNS only, and without
# the cloud SDKs of the others there is far less to compile. `timetzdata` brings the time zones that the public image has as files.
COMPONENTS='
prometheus|github.com/prometheus/prometheus|v0.315.0|netgo,remove_all_sd,enable_dns_sd|prometheus=./cmd/prometheus promtool=./cmd/promtool|-X github.com/prometheus/common/version.Version=3.15.0
alertmanager|github.com/prometheus/alertmanager|v0.31.1|netgo,timetzdata|alertmanager=./cmd/alertmanager amtool=./cmd/amtool|-X github.com/prometheus/common/version.Version=0.31.1
loki|github.com/grafana/loki/v3|v3.7.8|netgo|loki=./cmd/loki|-X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8
jaeger|github.com/jaegertracing/jaeger|v1.76.0|netgo|jaeger=./cmd/jaeger|-X github.com/jaegertracing/jaeger/internal/version.latestVersion=v2.13.0
builder|go.opentelemetry.io/collector/cmd/builder|v0.159.0||ocb=.|
compose|github.com/docker/compose/v2|v2.40.3||docker-compose=./cmd|-X github.com/docker/compose/v2/internal.Version=v2.40.3
'

# Columns: name | variable in docker-compose.yml | image this recipe builds | binaries inside
# The image names are those of the public images, so that docker-compose.yml is the same with a registry and without.
# Order matters: busybox is the base of three of the others, as it is for their public images.
IMAGES='
busybox|BUSYBOX_IMAGE|busybox:1.35.0|
prometheus|PROMETHEUS_IMAGE|prom/prometheus:v3.15.0|prometheus promtool
alertmanager|ALERTMANAGER_IMAGE|prom/alertmanager:v0.31.1|alertmanager amtool
loki|LOKI_IMAGE|grafana/loki:3.7.8|loki
jaeger|JAEGER_IMAGE|jaegertracing/jaeger:2.13.0|jaeger
collector|COLLECTOR_IMAGE|otel/opentelemetry-collector-contrib:0.159.0|otelcol-contrib
'

# The row of table $1 whose first column is $2.
row() { printf '%s\n' "$1" | grep "^$2|"; }
# Column $2 of row $1.
column() { printf '%s\n' "$1" | cut -d'|' -f"$2"; }
# The row of the component that builds binary $1.
component_of() { printf '%s\n' "$COMPONENTS" | grep -E "\|([^|]* )?$1=[^|]*\|[^|]*$"; }
