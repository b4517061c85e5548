import type { Config } from "../../config/index.ts";
import type { Place } from "../connection.ts";
import type { Finding } from "./find.ts";
import type { SentProbe } from "./send.ts";

/** Where the settings send a signal, without credentials. */
export function destinationOf({ exporter, otlp, zipkinUrl }: Config, signal: Finding["signal"]): string {
  if (exporter === "console" && signal !== "metrics") return "the standard output (exporter console)";
  if (exporter !== "otlp") return `nowhere (exporter ${exporter})`;
  const url = signal === "traces" && zipkinUrl !== undefined ? zipkinUrl : otlp[`${signal}Url`];
  if (!URL.canParse(url)) return "an address that is none";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

/** What to look at where something of the probe is missing; undefined where it is there. */
export function adviceFor(
  { signal, status, backend, found, url }: Finding,
  config: Config,
  { trouble }: SentProbe,
  place: Place,
): string | undefined {
  if (status === "found") return undefined;
  const destination = destinationOf(config, signal);
  if (status === "off") return undefined;
  if (config.exporter !== "otlp")
    return `It went to ${destination}. To send it, set TRACING_EXPORTER=otlp and OTEL_EXPORTER_OTLP_ENDPOINT.`;
  if (trouble !== undefined)
    return `It was to go to ${destination}, and ${trouble}: agent-observatory doctor tells who takes what there.`;
  if (!found.startsWith("no ") && !found.startsWith("trace ") && !found.startsWith("agent_requests_total"))
    return `${backend} does not answer as it should at ${url}: agent-observatory status.`;
  if (signal === "traces" && config.zipkinUrl !== undefined)
    return `It was taken at ${destination} (Zipkin), which ${backend} does not read.`;
  const sampled =
    signal === "traces"
      ? " A collector that samples (TAIL_SAMPLING_PERCENTAGE below 100) leaves out most of what is well."
      : "";
  return `It was taken at ${destination}, and ${backend} at ${url} does not have it: do both belong together?${
    place === "stack" ? " What the collector says: docker compose logs otel-collector." : ""
  }${sampled}`;
}
