import type { Flags } from "./command.ts";

/** Where the back ends are; every command that asks them takes these. */
export const CONNECTION_FLAGS = {
  url: { kind: "text", value: "URL", doc: "The embedded process." },
  "prometheus-url": { kind: "text", value: "URL", doc: "Prometheus, where it is another." },
  "loki-url": { kind: "text", value: "URL", doc: "Loki, where it is another." },
  "jaeger-url": { kind: "text", value: "URL", doc: "Jaeger, where it is another." },
  token: {
    kind: "text",
    value: "TOKEN",
    doc: "Sent as `Authorization: Bearer`; others can see it here, unlike in the environment.",
  },
  timeout: { kind: "text", value: "DURATION", doc: "How long a back end may take for an answer; 30s." },
  verbose: { kind: "switch", doc: "Say on stderr who is asked." },
} as const satisfies Flags;

/** The same in the environment. */
export const CONNECTION_VARIABLES = {
  url: "AGENT_OBSERVATORY_URL",
  "prometheus-url": "AGENT_OBSERVATORY_PROMETHEUS_URL",
  "loki-url": "AGENT_OBSERVATORY_LOKI_URL",
  "jaeger-url": "AGENT_OBSERVATORY_JAEGER_URL",
  token: "AGENT_OBSERVATORY_TOKEN",
} as const satisfies Partial<Record<keyof typeof CONNECTION_FLAGS, string>>;

export const OUTPUT_FLAGS = {
  json: { kind: "switch", doc: "One JSON document for programs." },
  utc: { kind: "switch", doc: "Times in UTC instead of local time." },
} as const satisfies Flags;

export const TIME_FLAGS = {
  since: { kind: "text", value: "TIME", doc: "From this long ago (15m, 2h, 1d), or from a date; not with --from." },
  from: {
    kind: "text",
    value: "TIME",
    doc: "From this time: 2026-05-04T12:00, seconds since 1970, or 2h for two hours ago.",
  },
  to: { kind: "text", value: "TIME", doc: "Until this time; now." },
} as const satisfies Flags;
