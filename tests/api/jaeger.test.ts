import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Span } from "../../src/signals/index.ts";
import { createAsk, json, NOW_MS, query } from "./asking.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const BASE_NS = BigInt(NOW_MS - 60_000) * 1_000_000n;
const US = 1000n;

const id = (number: number): string => number.toString(16).padStart(16, "0");

type Given = Partial<Omit<Span, "spanId" | "parentSpanId" | "startNs" | "endNs">> & {
  readonly id: number;
  readonly parent?: number;
  readonly fromUs?: number;
  readonly toUs?: number;
  readonly service?: string;
};

function spanOf({ id: number, parent, fromUs = 0, toUs = 1000, service = "front", ...given }: Given): Span {
  return {
    traceId: TRACE,
    traceState: "",
    flags: 0,
    name: `span ${number}`,
    kind: "unspecified",
    status: "unset",
    statusMessage: "",
    resource: { service, attributes: { "service.name": service } },
    scope: { name: "", version: "", attributes: {} },
    attributes: {},
    events: [],
    links: [],
    ...given,
    spanId: id(number),
    parentSpanId: parent === undefined ? "" : id(parent),
    startNs: BASE_NS + BigInt(fromUs) * US,
    endNs: BASE_NS + BigInt(toUs) * US,
  };
}

/** The spans of one trace as the API shows them, by id. */
function shown(spans: readonly Given[], params = "") {
  const [trace] = json(createAsk({ spans: spans.map(spanOf) })(`/api/traces/${TRACE}${params}`)).data;
  return {
    trace,
    byId: (number: number) => trace.spans.find((span: { spanID: string }) => span.spanID === id(number)),
  };
}

describe("the Jaeger API", () => {
  it("shows a span as Jaeger shows what came by OTLP", () => {
    const { trace } = shown([
      {
        id: 1,
        name: "run <agent>",
        kind: "server",
        toUs: 2500,
        traceState: "a=b",
        status: "error",
        statusMessage: "too bad",
        scope: { name: "lib", version: "1.0", attributes: {} },
        resource: { service: "front", attributes: { "service.name": "front", "host.name": "h", pid: 42 } },
        attributes: {
          zeta: "z",
          alpha: true,
          tokens: 7,
          cost: 0.5,
          far: 1e300,
          nothing: null,
          bytes: new Uint8Array([0, 1, 2, 255]),
          list: ["x<y", 1, null, { b: 1, a: [true] }],
        },
        events: [
          { timeNs: BASE_NS + 1500n, name: "first", attributes: { b: "1", a: "2" } },
          { timeNs: BASE_NS, name: "named", attributes: { event: "own" } },
          { timeNs: BASE_NS, name: "", attributes: {} },
        ],
      },
    ]);
    const startTime = Number(BASE_NS / US);
    assert.deepEqual(trace, {
      traceID: TRACE,
      spans: [
        {
          traceID: TRACE,
          spanID: id(1),
          operationName: "run <agent>",
          references: [],
          startTime,
          duration: 2500,
          tags: [
            { key: "alpha", type: "bool", value: true },
            { key: "bytes", type: "binary", value: "AAEC/w==" },
            { key: "cost", type: "float64", value: 0.5 },
            { key: "error", type: "bool", value: true },
            { key: "far", type: "float64", value: 1e300 },
            { key: "list", type: "string", value: '["x\\u003cy",1,null,{"a":[true],"b":1}]' },
            { key: "nothing", type: "string", value: "" },
            { key: "otel.scope.name", type: "string", value: "lib" },
            { key: "otel.scope.version", type: "string", value: "1.0" },
            { key: "otel.status_code", type: "string", value: "ERROR" },
            { key: "otel.status_description", type: "string", value: "too bad" },
            { key: "span.kind", type: "string", value: "server" },
            { key: "tokens", type: "int64", value: 7 },
            { key: "w3c.tracestate", type: "string", value: "a=b" },
            { key: "zeta", type: "string", value: "z" },
          ],
          logs: [
            {
              timestamp: startTime + 1,
              fields: [
                { key: "event", type: "string", value: "first" },
                { key: "a", type: "string", value: "2" },
                { key: "b", type: "string", value: "1" },
              ],
            },
            { timestamp: startTime, fields: [{ key: "event", type: "string", value: "own" }] },
            { timestamp: startTime, fields: [] },
          ],
          processID: "p1",
          warnings: null,
        },
      ],
      processes: {
        p1: {
          serviceName: "front",
          tags: [
            { key: "agent_observatory.service_name", type: "string", value: "front" },
            { key: "host.name", type: "string", value: "h" },
            { key: "pid", type: "int64", value: 42 },
          ],
        },
      },
      warnings: null,
    });
  });

  it("numbers processes once, and moves what the SDK says of itself to them", () => {
    const { trace } = shown([
      { id: 1 },
      { id: 2, parent: 1 },
      { id: 3, parent: 1, service: "back" },
      { id: 4, parent: 1, attributes: { "telemetry.sdk.name": "sdk", "peer.ipv4": 134_744_072 } },
    ]);
    assert.deepEqual(
      trace.spans.map((span: { processID: string }) => span.processID),
      ["p1", "p1", "p2", "p3"],
    );
    assert.deepEqual(trace.processes.p3.tags[1], { key: "telemetry.sdk.name", type: "string", value: "sdk" });
    assert.deepEqual(trace.spans[3].tags, [{ key: "peer.ipv4", type: "string", value: "8.8.8.8" }]);
  });

  it("makes references of the parent and of links", () => {
    const other = "1af7651916cd43dd8448eb211c80319c";
    const link = (traceId: string, span: number, type?: string) => ({
      traceId,
      spanId: id(span),
      attributes: type === undefined ? {} : { "opentracing.ref_type": type },
    });
    const { byId } = shown([
      { id: 1 },
      { id: 2, parent: 1, links: [link(other, 9)] },
      { id: 3, parent: 1, links: [link(TRACE, 1, "follows_from")] },
      { id: 4, links: [link(other, 9), link(TRACE, 1), link(TRACE, 2, "child_of")] },
      { id: 5, parent: 1, links: [link("0".repeat(32), 1)] },
    ]);
    const references = (number: number) =>
      byId(number).references.map((one: Record<string, string>) => [one["refType"], one["traceID"], one["spanID"]]);
    assert.deepEqual(references(2), [
      ["CHILD_OF", TRACE, id(1)],
      ["FOLLOWS_FROM", other, id(9)],
    ]);
    assert.deepEqual(references(3), [["FOLLOWS_FROM", TRACE, id(1)]]);
    assert.deepEqual(references(4), [
      ["CHILD_OF", TRACE, id(2)],
      ["FOLLOWS_FROM", TRACE, id(1)],
      ["FOLLOWS_FROM", other, id(9)],
    ]);
    assert.deepEqual(references(5), [["CHILD_OF", TRACE, id(1)]]);
  });

  it("warns of what does not fit together", () => {
    const { byId } = shown([
      { id: 1, fromUs: 0, toUs: 1000 },
      { id: 2, parent: 1, fromUs: -500, toUs: -400 },
      { id: 3, parent: 2, fromUs: -450, toUs: -440 },
      { id: 4, parent: 1, fromUs: -5, toUs: 5000 },
      { id: 5, parent: 99 },
      { id: 6, parent: 1, fromUs: 10, toUs: 10 },
    ]);
    const disabled = (by: string) => [`clock skew adjustment disabled; not applying calculated delta of ${by}`];
    assert.equal(byId(1).warnings, null);
    assert.deepEqual(byId(2).warnings, disabled("950µs"));
    assert.equal(byId(3).warnings, null);
    assert.deepEqual(byId(4).warnings, disabled("5µs"));
    assert.deepEqual(byId(5).warnings, ["invalid parent span IDs=0000000000000063; skipping clock skew adjustment"]);
    assert.match(byId(6).warnings[0], /^Negative duration detected, sanitizing end timestamp\. .* \+0000 UTC$/);
  });

  it("gives a server span its own id where it shares its client's", () => {
    const { trace, byId } = shown([
      { id: 1 },
      { id: 2, parent: 1, kind: "client" },
      { id: 2, parent: 1, kind: "server", service: "back" },
      { id: 4, parent: 2, service: "back" },
    ]);
    assert.deepEqual(trace.spans.map((span: { spanID: string }) => span.spanID).sort(), [id(1), id(2), id(3), id(4)]);
    assert.equal(byId(3).references[0].spanID, id(2));
    assert.equal(byId(4).references[0].spanID, id(3));
  });

  it("shows a span once that came twice", () => {
    assert.equal(shown([{ id: 1 }, { id: 2, parent: 1 }, { id: 2, parent: 1 }]).trace.spans.length, 2);
  });

  it("leaves a trace as it came where raw is asked for", () => {
    const { trace } = shown([{ id: 1, parent: 9, attributes: { b: "1", a: "2" } }], "?raw=true");
    assert.deepEqual(
      trace.spans[0].tags.map(({ key }: { key: string }) => key),
      ["b", "a"],
    );
    assert.equal(trace.spans[0].warnings, null);
  });

  it("walks a trace of a hundred thousand generations", () => {
    const spans = Array.from({ length: 100_000 }, (_, index) =>
      index === 0 ? { id: 1 } : { id: index + 1, parent: index },
    );
    assert.equal(shown(spans).trace.spans.length, 100_000);
  });

  const ask = createAsk({
    spans: [
      spanOf({ id: 1, kind: "server", name: "root" }),
      spanOf({ id: 2, parent: 1, kind: "client", service: "back", name: "call", attributes: { model: "m", n: 5 } }),
      spanOf({ id: 3, kind: "server", name: "root", traceId: "00000000000000000000000000abcdef", toUs: 9_000_000 }),
    ],
  });
  const traceIds = (params: Readonly<Record<string, string | number>>) =>
    json(ask(`/api/traces?${query(params)}`)).data.map(({ traceID }: { traceID: string }) => traceID);

  it("lists services, operations and dependencies", () => {
    assert.deepEqual(json(ask("/api/services")), {
      data: ["back", "front"],
      total: 2,
      limit: 0,
      offset: 0,
      errors: null,
    });
    assert.deepEqual(json(ask("/api/services/front/operations")).data, ["root"]);
    assert.equal(json(ask("/api/services/nope/operations")).data, null);
    assert.deepEqual(json(ask("/api/operations?service=front")).data, [{ name: "root", spanKind: "server" }]);
    assert.deepEqual(json(ask("/api/operations?service=front&spanKind=client")).data, []);
    assert.deepEqual(json(ask(`/api/dependencies?endTs=${NOW_MS}&lookback=600000`)).data, [
      { parent: "front", child: "back", callCount: 1 },
    ]);
    assert.deepEqual(json(ask("/api/dependencies?service=nope")).data, []);
  });

  it("finds traces by what Jaeger can search for", () => {
    const short = "0000000000abcdef";
    assert.deepEqual(traceIds({ service: "front" }).sort(), [short, TRACE]);
    assert.deepEqual(traceIds({ service: "front", limit: 1 }).length, 1);
    assert.deepEqual(traceIds({ service: "front", minDuration: "1s" }), [short]);
    assert.deepEqual(traceIds({ service: "front", maxDuration: "1.5ms" }), [TRACE]);
    assert.deepEqual(traceIds({ service: "back", tags: '{"model":"m"}', tag: "n:5" }), [TRACE]);
    assert.deepEqual(traceIds({ service: "back", tags: '{"model":"x"}' }), []);
    assert.deepEqual(traceIds({ service: "back", operation: "root" }), []);
    assert.deepEqual(traceIds({ service: "front", end: Number(BASE_NS / US) - 1 }), []);
    assert.deepEqual(traceIds({ traceID: "abcdef" }), [short]);
    assert.deepEqual(json(ask("/api/traces?traceID=1")), {
      data: [],
      total: 0,
      limit: 0,
      offset: 0,
      errors: [{ msg: "trace not found", traceID: id(1) }],
    });
  });

  it("refuses what it cannot read in Jaeger's words", () => {
    const cases: readonly (readonly [target: string, code: number, msg: string])[] = [
      ["traces", 400, "parameter 'service' is required"],
      ["operations", 400, "parameter 'service' is required"],
      ["traces?service=a&start=x", 400, `unable to parse param 'start': strconv.ParseInt: parsing "x": invalid syntax`],
      ["traces?service=a&limit=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
      ["traces?service=a&tag=x", 400, "malformed 'tag' parameter, expecting key:value, received: x"],
      [
        "traces?service=a&tags=x",
        400,
        "malformed 'tags' parameter, cannot unmarshal JSON: invalid character 'x' looking for beginning of value",
      ],
      [
        "traces?service=a&tags=",
        400,
        "malformed 'tags' parameter, cannot unmarshal JSON: unexpected end of JSON input",
      ],
      [
        "traces?service=a&tags=%7B%22a%22:1%7D",
        400,
        "malformed 'tags' parameter, cannot unmarshal JSON: json: cannot unmarshal number into Go value of type string",
      ],
      [
        "traces?service=a&minDuration=5",
        400,
        `unable to parse param 'minDuration': time: missing unit in duration "5"`,
      ],
      ["traces?service=a&minDuration=5s&maxDuration=1s", 400, "'maxDuration' should be greater than 'minDuration'"],
      ["traces?service=a&start=5&end=1", 500, "min start time is above max"],
      ["traces?traceID=x", 400, 'cannot parse traceID param: strconv.ParseUint: parsing "x": invalid syntax'],
      ["traces/x", 400, 'strconv.ParseUint: parsing "x": invalid syntax'],
      [`traces/${"0".repeat(33)}`, 400, `TraceID cannot be longer than 32 hex characters: ${"0".repeat(33)}`],
      ["traces/2", 404, "trace not found"],
      ["traces/2?raw=x", 400, `unable to parse param 'raw': strconv.ParseBool: parsing "x": invalid syntax`],
      ["dependencies?endTs=x", 400, `unable to parse param 'endTs': strconv.ParseInt: parsing "x": invalid syntax`],
      ["metrics/calls", 400, "unable to parse param 'service': please provide at least one service name"],
      [
        "metrics/latencies?service=a",
        400,
        `unable to parse param 'quantile': strconv.ParseFloat: parsing "": invalid syntax`,
      ],
      ["metrics/errors?service=a&spanKind=x", 400, "unable to parse param 'spanKind': unsupported span kind: 'x'"],
      ["metrics/calls?service=a", 501, "metrics querying is currently disabled"],
      ["metrics/minstep", 501, "metrics querying is currently disabled"],
    ];
    for (const [target, code, msg] of cases) {
      const response = ask(`/api/${target}`);
      assert.deepEqual(json(response), { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] }, target);
      assert.equal(response.status, code);
      assert.equal(response.headers["content-type"], "text/plain; charset=utf-8");
    }
  });

  it("prints prettily where asked to, and refuses an answer that is too large", () => {
    assert.match(ask("/api/services?prettyPrint=true").body, /^\{\n {4}"data": \[\n {8}"back",/);
    const small = createAsk({ spans: [spanOf({ id: 1 })] }, { maxResponseChars: 100 })(`/api/traces/${TRACE}`);
    assert.equal(small.status, 400);
    assert.match(json(small).errors[0].msg, /ask for fewer traces/);
  });
});
