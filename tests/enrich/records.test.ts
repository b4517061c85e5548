import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPricer } from "../../src/cost/index.ts";
import { createEnricher } from "../../src/enrich/index.ts";
import type { LogRecord, MetricPoint } from "../../src/ingest/index.ts";
import { createRedactor } from "../../src/redaction/index.ts";
import { spanOf } from "./span-of.ts";

const SECRET = `sk-${"a1B2c3D4e5F6g7H8".repeat(3)}`;
const resource = { service: "crew", attributes: { "service.name": "crew", note: SECRET } };
const scope = { name: "test", version: "", attributes: {} };

const log: LogRecord = {
  timeNs: 1n,
  observedNs: 2n,
  severityNumber: 9,
  severityText: "INFO",
  eventName: "",
  body: `the key is ${SECRET}`,
  attributes: { "gen_ai.system": "OpenAI", password: "hunter2", count: 3 },
  droppedAttributeCount: 0,
  traceId: "",
  spanId: "",
  flags: 0,
  resource,
  scope,
};
const point: MetricPoint = {
  kind: "sum",
  name: "calls",
  description: "",
  unit: "",
  resource,
  scope,
  attributes: { tool: `run ${SECRET}`, "gen_ai.system": "OpenAI", ok: true },
  startNs: 1n,
  timeNs: 2n,
  noRecordedValue: false,
  exemplars: [{ timeNs: 2n, value: 1, traceId: "", spanId: "", attributes: { note: SECRET } }],
  temporality: "cumulative",
  monotonic: true,
  value: 5,
};

function createOne() {
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const enricher = createEnricher({ clock, redactor: createRedactor(), pricer: createPricer() });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { enricher, pass };
}
const written = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));

describe("records that arrive", () => {
  it("hold no secret afterwards, in body, attributes, labels, exemplars or resource", () => {
    const { enricher } = createOne();
    const body = { text: SECRET, inner: [SECRET] };
    const text = written([...enricher.logs([log, { ...log, body }]), ...enricher.points([point])]);
    assert.ok(!text.includes(SECRET) && !text.includes("hunter2"), text);
  });

  it("say the provider by its present name, and keep everything else", () => {
    const { enricher } = createOne();
    assert.equal(enricher.logs([log])[0]?.attributes["gen_ai.provider.name"], "openai");
    const [one] = enricher.points([point]);
    assert.equal(one?.attributes["gen_ai.provider.name"], "openai");
    assert.equal(one?.attributes["ok"], true);
    assert.deepEqual(
      { ...one, attributes: 0, exemplars: 0, resource: 0 },
      { ...point, attributes: 0, exemplars: 0, resource: 0 },
    );
  });

  it("of metrics that a program sends itself are not made a second time from its spans", () => {
    const { enricher, pass } = createOne();
    const attributes = { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10 };
    enricher.count(enricher.spans([spanOf({ attributes })]));
    enricher.derivedPoints();
    pass(100_000);
    const names = (): Set<string> => new Set(enricher.derivedPoints().map(({ name }) => name));
    assert.ok(names().has("gen_ai_client_token_usage") && names().has("llm_requests_total"));
    assert.ok(names().has("traces.span.metrics.calls"));
    enricher.points([{ ...point, name: "gen_ai.client.token.usage" }]);
    assert.ok(!names().has("gen_ai_client_token_usage") && names().has("llm_requests_total"));
  });
});
