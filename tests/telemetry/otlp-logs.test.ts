import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeverityNumber } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { decodeLogs } from "../../src/ingest/index.ts";
import type { LogItem } from "../../src/telemetry/logs.ts";
import { encodeLogs } from "../../src/telemetry/otlp/logs.ts";

const RESOURCE = { "service.name": "s", "process.pid": 7, on: true };
const SPAN = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };

const line = (more: Partial<LogItem> = {}): LogItem => ({
  timeMs: 1_700_000_000_123.5,
  severityNumber: SeverityNumber.INFO,
  severityText: "INFO",
  body: "order shipped",
  attributes: {},
  spanContext: undefined,
  scope: "shop",
  ...more,
});

/** What a receiver reads of ours is what it reads of OpenTelemetry's own serializer. */
function assertSame(lines: readonly LogItem[]): void {
  const resource = resourceFromAttributes(RESOURCE);
  const scopes = new Map(lines.map(({ scope }) => [scope, { name: scope }]));
  const theirs = ProtobufLogsSerializer.serializeRequest(
    lines.map((item) => ({
      hrTime: millisToHrTime(item.timeMs),
      hrTimeObserved: millisToHrTime(item.timeMs),
      severityNumber: item.severityNumber,
      severityText: item.severityText,
      body: item.body,
      attributes: item.attributes,
      ...(item.spanContext !== undefined && { spanContext: item.spanContext }),
      ...(item.eventName !== undefined && { eventName: item.eventName }),
      instrumentationScope: scopes.get(item.scope) ?? { name: item.scope },
      resource,
      droppedAttributesCount: 0,
    })),
  );
  assert.ok(theirs !== undefined);
  const read = decodeLogs(encodeLogs(lines, RESOURCE));
  assert.equal(read.length, lines.length);
  assert.deepEqual(read, decodeLogs(theirs));
}

describe("log lines in OTLP", () => {
  it("are read as those of OpenTelemetry's serializer", () => {
    assertSame([
      line(),
      line({ scope: "other", body: "", severityNumber: SeverityNumber.UNSPECIFIED, severityText: "" }),
      line({ spanContext: SPAN, eventName: "agent_observatory.run", body: "Bär 🦊 \ud800".repeat(500) }),
      line({ spanContext: { ...SPAN, spanId: "", traceFlags: 0 }, scope: "" }),
      line({ attributes: { text: "a", number: 1, part: 0.5, yes: false, list: ["a", "b"], "exception.type": "E" } }),
    ]);
    assertSame([]);
  });
});
