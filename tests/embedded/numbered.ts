/** Requests that are told apart by a number, and what of them is stored: by the three query APIs, as a user would see it. */
import assert from "node:assert/strict";
import { logsRequest, metricsRequest, tracesRequest } from "../stack/differential/otlp-json.ts";
import type { Served } from "./served.ts";

export const SIGNALS = ["traces", "logs", "metrics"] as const;
export type Signal = (typeof SIGNALS)[number];

export type Numbered = {
  readonly service: string;
  readonly number: number;
  /** Of the service's number 0; the others follow, one a millisecond. */
  readonly startMs: number;
  /** Text of so many characters, in spans and lines. */
  readonly fillerChars?: number;
};

/** Of services, too, because a trace is one for all of them. */
const traceIdOf = (service: string, number: number): string =>
  `${Buffer.from(service).toString("hex").slice(-16).padStart(16, "0")}${(number + 1).toString(16).padStart(16, "0")}`;

/** A trace of three spans, a line or a sample. */
export function bodyOf(signal: Signal, { service, number, startMs, fillerChars = 200 }: Numbered): string {
  const resource = { "service.name": service, "telemetry.distro.name": "agent-observatory" };
  const timeMs = startMs + number;
  // Nothing that packs well, or the disk would never be full.
  const filler = Array.from({ length: fillerChars / 20 }, (_, index) => `${number} filler ${index}`.padEnd(20)).join(
    "",
  );
  if (signal === "metrics") {
    const points = [{ labels: {}, value: number }];
    return JSON.stringify(
      metricsRequest([{ resource, metrics: [{ name: "numbers", unit: "", kind: "gauge", points }] }], timeMs),
    );
  }
  if (signal === "logs") {
    const body = `number ${number} ${filler}`;
    const log = { timeMs, severityNumber: 9, severityText: "INFO", body, attributes: {} };
    return JSON.stringify(logsRequest(resource, [log]));
  }
  const spans = Array.from({ length: 3 }, (_, index) => ({
    traceId: traceIdOf(service, number),
    spanId: (index + 1).toString(16).padStart(16, "0"),
    ...(index > 0 && { parentSpanId: "0000000000000001" }),
    name: `number ${number}`,
    kind: 1,
    startMs: timeMs,
    endMs: timeMs + 5,
    failed: false,
    attributes: { filler },
  }));
  return JSON.stringify(tracesRequest(resource, spans));
}

export type Posted = { readonly status: number; readonly text: string; readonly retryAfter: string | null };

export async function post(served: Served, signal: Signal, body: string): Promise<Posted> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(served.otlp[signal], { method: "POST", headers, body });
  return { status: response.status, text: await response.text(), retryAfter: response.headers.get("retry-after") };
}

/** Whether the whole request is acknowledged. */
export const isStored = ({ status, text }: Posted): boolean => status === 200 && !text.includes("rejected");

async function get<T>(url: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}`);
  assert.equal(response.status, 200, `${url}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

/** The numbers of a service that are stored, of an hour. */
export async function storedNumbers(
  served: Served,
  service: string,
  startMs: number,
): Promise<Record<Signal, Set<number>>> {
  const end = startMs + 3_600_000;
  type Streams = { data: { result: { values: [string, string][] }[] } };
  const lines = await get<Streams>(`${served.loki}/loki/api/v1/query_range`, {
    query: `{service_name="${service}"}`,
    start: `${startMs - 1000}000000`,
    end: `${end}000000`,
    limit: "5000",
  });
  type Matrix = { data: { result: { values: [number, string][] }[] } };
  const samples = await get<Matrix>(`${served.prometheus}/api/v1/query`, {
    query: `numbers{job="${service}"}[2h]`,
    time: String(end / 1000),
  });
  type Traces = { data: { traceID: string; spans: unknown[] }[] };
  const traces = await get<Traces>(`${served.jaeger}/api/traces`, {
    service,
    start: `${startMs - 1000}000`,
    end: `${end}000`,
    limit: "1500",
  });
  const whole = traces.data.filter(({ spans }) => spans.length === 3);
  return {
    logs: new Set(lines.data.result.flatMap(({ values }) => values.map(([, line]) => Number(line.split(" ")[1])))),
    metrics: new Set(samples.data.result.flatMap(({ values }) => values.map(([, value]) => Number(value)))),
    traces: new Set(whole.map(({ traceID }) => Number.parseInt(traceID.slice(16), 16) - 1)),
  };
}
