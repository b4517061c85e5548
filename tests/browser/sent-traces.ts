/** Spans and announcements of runs, sent over OTLP as a program would. */
import assert from "node:assert/strict";
import type { Served } from "../embedded/served.ts";

type Value = string | number | boolean;
type Values = Readonly<Record<string, Value>>;
export type SentSpan = {
  /** A number: ids are made of it. */
  readonly id: number;
  readonly parent?: number;
  readonly name: string;
  readonly service?: string;
  readonly startMs: number;
  readonly ms: number;
  readonly error?: string;
  readonly attributes?: Values;
};

export const spanIdOf = (id: number): string => id.toString(16).padStart(16, "0");
const nanos = (timeMs: number): string => `${BigInt(Math.round(timeMs * 1000)) * 1000n}`;
const attributes = (given: Values): unknown[] =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : typeof value === "boolean"
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }));

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

const AT_ONCE = 5000;

export async function sendSpans({ otlp }: Served, traceId: string, spans: readonly SentSpan[]): Promise<void> {
  const services = Map.groupBy(spans, ({ service = "sent" }) => service);
  for (const [service, those] of services) {
    for (let from = 0; from < those.length; from += AT_ONCE) {
      await post(otlp.traces, {
        resourceSpans: [
          {
            resource: { attributes: attributes({ "service.name": service }) },
            scopeSpans: [
              {
                scope: { name: "test" },
                spans: those.slice(from, from + AT_ONCE).map((span) => ({
                  traceId,
                  spanId: spanIdOf(span.id),
                  ...(span.parent !== undefined && { parentSpanId: spanIdOf(span.parent) }),
                  name: span.name,
                  kind: 1,
                  startTimeUnixNano: nanos(span.startMs),
                  endTimeUnixNano: nanos(span.startMs + span.ms),
                  attributes: attributes(span.attributes ?? {}),
                  status: span.error === undefined ? {} : { code: 2, message: span.error },
                })),
              },
            ],
          },
        ],
      });
    }
  }
}

/** Says that a run is going on whose span has not ended (docs/runs.md). */
export async function announceRun({ otlp }: Served, traceId: string, run: SentSpan): Promise<void> {
  await post(otlp.logs, {
    resourceLogs: [
      {
        resource: { attributes: attributes({ "service.name": run.service ?? "sent" }) },
        scopeLogs: [
          {
            scope: { name: "test" },
            logRecords: [
              {
                timeUnixNano: nanos(Date.now()),
                observedTimeUnixNano: nanos(Date.now()),
                severityNumber: 5,
                severityText: "DEBUG",
                eventName: "agent_observatory.run",
                body: { stringValue: `agent_observatory.run: running ${run.name}` },
                traceId,
                spanId: spanIdOf(run.id),
                attributes: attributes({
                  ...run.attributes,
                  "agent_observatory.run.state": "running",
                  "agent_observatory.run.name": run.name,
                  "agent_observatory.run.start_time_ms": run.startMs,
                }),
              },
            ],
          },
        ],
      },
    ],
  });
}
