/** OTLP requests as protobuf, of the size and shape that agents send: what the benchmark of the embedded process feeds to everybody. */
import { createProtobufWriter, type ProtobufWriter } from "../../src/telemetry/otlp/protobuf-writer.ts";

const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;
const CUMULATIVE = 2;
const HOUR_MS = 3_600_000;

function keyValue(key: string, value: string | number): Buffer {
  const writer = createProtobufWriter();
  writer.string(1, key);
  writer.message(2, (any) => (typeof value === "string" ? any.string(1, value) : any.varint(3, value)));
  return writer.finish();
}

/** What is the same in every item is encoded once: the sender shares the cores with those it measures. */
const known = new Map<string, Buffer>();

function writeAttribute(writer: ProtobufWriter, field: number, key: string, value: string | number): void {
  const text = `${key} ${value}`;
  let content = known.get(text);
  if (content === undefined) {
    content = keyValue(key, value);
    if (known.size < 5000) known.set(text, content);
  }
  writer.bytes(field, content);
}

function request(service: string, writeItems: (scoped: ProtobufWriter) => void): Buffer {
  const writer = createProtobufWriter();
  writer.message(1, (resources) => {
    resources.message(1, (resource) => {
      writeAttribute(resource, 1, "service.name", service);
      writeAttribute(resource, 1, "service.instance.id", `${service}-1`);
      writeAttribute(resource, 1, "telemetry.distro.name", "agent-observatory");
    });
    resources.message(2, (scoped) => {
      scoped.message(1, (scope) => scope.string(1, "benchmark"));
      writeItems(scoped);
    });
  });
  return writer.finish();
}

/** Another number for each number of 32 bits, without an order. */
function scatter(number: number): number {
  let mixed = number | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Ids are random in life, and an index takes random ones less gladly than rising ones. */
const idOf = (length: 16 | 8, number: number): Buffer => {
  const id = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4) id.writeUInt32BE(scatter(number + at * 0x1000_0000 + 1), at);
  return id;
};
export const traceIdOf = (trace: number): string => idOf(16, trace).toString("hex");

export const SPANS_PER_TRACE = 10;
/** Traces are so far apart that a hundred thousand of them are an hour. */
const TRACE_EVERY_MS = 36;

/** Traces with numbers from `first`: an agent with nine calls below it, each span with a dozen attributes. */
export function traces(first: number, count: number, nowMs: number): Buffer {
  return request(`agent-${Math.floor(first / count) % 5}`, (scoped) => {
    for (let trace = first; trace < first + count; trace++) {
      const startMs = nowMs - HOUR_MS + ((trace * TRACE_EVERY_MS) % HOUR_MS);
      for (let index = 0; index < SPANS_PER_TRACE; index++) {
        const isAgent = index === 0;
        scoped.message(2, (span) => {
          span.bytes(1, idOf(16, trace));
          span.bytes(2, idOf(8, trace * SPANS_PER_TRACE + index));
          if (!isAgent) span.bytes(4, idOf(8, trace * SPANS_PER_TRACE));
          span.string(5, isAgent ? "invoke_agent writer" : "chat gpt-4o");
          span.varint(6, isAgent ? 1 : 3);
          span.fixed64(7, nanos(startMs + index * 50));
          span.fixed64(8, nanos(startMs + (isAgent ? 600 : index * 50 + 45)));
          writeAttribute(span, 9, "gen_ai.operation.name", isAgent ? "invoke_agent" : "chat");
          writeAttribute(span, 9, "gen_ai.provider.name", "openai");
          writeAttribute(span, 9, "gen_ai.request.model", "gpt-4o");
          writeAttribute(span, 9, "gen_ai.response.model", "gpt-4o-2024-08-06");
          writeAttribute(span, 9, "gen_ai.agent.name", "writer");
          writeAttribute(span, 9, "gen_ai.usage.input_tokens", 1200 + (trace % 100));
          writeAttribute(span, 9, "gen_ai.usage.output_tokens", 300);
          writeAttribute(span, 9, "agent_observatory.cost.status", "priced");
          span.bytes(9, keyValue("gen_ai.response.id", `chatcmpl-${trace}-${index}`));
          writeAttribute(span, 9, "server.address", "api.openai.com");
          writeAttribute(span, 9, "http.response.status_code", 200);
          writeAttribute(span, 9, "session.id", `session-${trace % 1000}`);
        });
      }
    }
  });
}

/** Spans in a request. */
export const BATCH = 500;
/** Requests with the traces from `first` up to `end`. */
export function* traceBatches(first: number, end: number, nowMs: number): Generator<Buffer> {
  const perBatch = BATCH / SPANS_PER_TRACE;
  for (let trace = first; trace < end; trace += perBatch) yield traces(trace, perBatch, nowMs);
}

/** Counters that the shipped rules ask for. */
export const RULE_METRICS = ["llm_requests", "llm_tokens", "llm_cost_usd", "agent_requests", "agent_tool_calls"];

export const LOG_SERVICE = "agent-0";
export const logLine = (line: number): string =>
  `call ${line} to gpt-4o answered after ${line % 900} ms with 300 tokens`;

/** Log lines with numbers from `first`, a microsecond apart. */
export function logs(first: number, count: number, nowMs: number): Buffer {
  return request(LOG_SERVICE, (scoped) => {
    for (let line = first; line < first + count; line++) {
      scoped.message(2, (record) => {
        record.fixed64(1, nanos(nowMs) + BigInt(line) * 1000n);
        record.varint(2, 9);
        record.string(3, "INFO");
        record.message(5, (body) => body.string(1, logLine(line)));
        writeAttribute(record, 6, "agent.name", "writer");
        writeAttribute(record, 6, "attempt", line % 3);
        record.bytes(9, idOf(16, line));
        record.bytes(10, idOf(8, line));
      });
    }
  });
}

/** Samples of `series` counters at each of the given times; the value grows with time. */
export function samples(metric: string, series: number, timesMs: readonly number[], startMs: number): Buffer {
  return request("agent-0", (scoped) => {
    scoped.message(2, (one) => {
      one.string(1, metric);
      one.message(7, (sum) => {
        for (let index = 0; index < series; index++) {
          for (const timeMs of timesMs) {
            sum.message(1, (point) => {
              point.fixed64(2, nanos(startMs));
              point.fixed64(3, nanos(timeMs));
              point.double(4, Math.floor(((timeMs - startMs) / 1000) * (1 + index / 7)));
              writeAttribute(point, 7, "model", `model-${index % 10}`);
              writeAttribute(point, 7, "agent", `agent-${index}`);
            });
          }
        }
        sum.varint(2, CUMULATIVE);
        sum.varint(3, 1);
      });
    });
  });
}
