import { type Docker, stackError } from "./docker.ts";

type Port = { readonly target: number; readonly published: string; readonly host_ip?: string };
export type Service = {
  readonly image: string;
  readonly ports?: readonly Port[];
  readonly environment?: Readonly<Record<string, string | null>>;
};
export type Services = Readonly<Record<string, Service>>;

export const GRAFANA = "grafana";

/** By service and port inside: which variable moves it, and what it is for. */
export const PORTS: Readonly<Record<string, readonly [variable: string, purpose: string]>> = {
  "otel-collector:4317": ["COLLECTOR_GRPC_PORT", "send telemetry, OTLP over gRPC"],
  "otel-collector:4318": ["COLLECTOR_HTTP_PORT", "send telemetry, OTLP over HTTP"],
  "prometheus:9090": ["PROMETHEUS_PORT", "metrics and alert rules"],
  "alertmanager:9093": ["ALERTMANAGER_PORT", "alerts and silences"],
  "alert-sink:8025": ["ALERT_SINK_PORT", "what alerts say, as mail and webhook"],
  "loki:3100": ["LOKI_PORT", "logs (query API)"],
  "jaeger:16686": ["JAEGER_PORT", "traces"],
  "grafana:3000": ["GRAFANA_PORT", "dashboards"],
};

/** docker-compose.yml as compose understands it, with the services of the chosen profiles. Throws AO_STACK. */
export function loadServices({ askCompose }: Docker, profiles: readonly string[]): Services {
  const known = askCompose(["config", "--profiles"]);
  const names = known.out.split("\n").filter((line) => line !== "");
  const odd = known.ok ? profiles.find((profile) => profile !== "*" && !names.includes(profile)) : undefined;
  if (odd !== undefined)
    throw stackError(
      names.length === 0 ? "no --profile, as docker-compose.yml has none" : `--profile ${names.join(" or ")}`,
      JSON.stringify(odd),
      "Leave it out, or correct it.",
    );
  const config = askCompose(["config", "--format", "json"]);
  if (!config.ok)
    throw stackError("docker-compose.yml and its settings to be right", config.error, "Correct what compose names.");
  return (JSON.parse(config.out) as { services: Services }).services;
}

export type Address = { readonly service: string; readonly url: string; readonly purpose: string };

export function addressesOf(services: Services, names: readonly string[]): readonly Address[] {
  return names.flatMap((name) =>
    (services[name]?.ports ?? []).map(({ target, published, host_ip: at }) => {
      const host = at === undefined || at === "0.0.0.0" || at === "127.0.0.1" ? "localhost" : at;
      return { service: name, url: `http://${host}:${published}`, purpose: PORTS[`${name}:${target}`]?.[1] ?? name };
    }),
  );
}
