import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLogTranslator, type LogRecord } from "../../src/ingest/index.ts";
import type { Attributes } from "../../src/signals/index.ts";
import { resource, T0 } from "./points.ts";

const INDEX_LABELS = ["service.name", "service.namespace", "deployment.environment.name"];
const NOW_NS = BigInt(T0) * 1_000_000n;
const DAY_NS = 86_400_000_000_000n;

const record = (changes: Partial<LogRecord> = {}): LogRecord => ({
  timeNs: NOW_NS,
  observedNs: 0n,
  severityNumber: 0,
  severityText: "",
  eventName: "",
  body: "line",
  attributes: {},
  droppedAttributeCount: 0,
  traceId: "",
  spanId: "",
  flags: 0,
  resource: resource({ "service.name": "shop" }),
  scope: { name: "", version: "", attributes: {} },
  ...changes,
});

const translate = (...records: LogRecord[]) => createLogTranslator({ indexLabels: INDEX_LABELS })(records, T0);
const lineOf = (changes: Partial<LogRecord>) => translate(record(changes)).lines[0] ?? assert.fail("no line");
const metadataOf = (changes: Partial<LogRecord>) => {
  const { detected_level: _, ...metadata } = lineOf(changes).metadata;
  return metadata;
};
const streamOf = (attributes: Attributes) => ({ ...lineOf({ resource: resource(attributes) }).stream.labels });
const levelOf = (changes: Partial<LogRecord>) => lineOf(changes).metadata["detected_level"];

describe("streams of log lines", () => {
  it("are named by few resource attributes; the others are metadata of every line", () => {
    const line = lineOf({
      resource: resource({
        "service.name": "shop",
        "service.namespace": "eu",
        "deployment.environment.name": "prod",
        "service.instance.id": "7",
        "host.name": "h",
      }),
    });
    assert.deepEqual(
      { ...line.stream.labels },
      { service_name: "shop", service_namespace: "eu", deployment_environment_name: "prod" },
    );
    assert.deepEqual({ ...line.metadata }, { service_instance_id: "7", host_name: "h", detected_level: "unknown" });
  });

  it("are of an unknown service where it has no name", () => {
    assert.deepEqual(streamOf({}), { service_name: "unknown_service" });
    assert.deepEqual(streamOf({ "service.name": "" }), { service_name: "unknown_service" });
    const translator = createLogTranslator({ indexLabels: ["container.name"] });
    const [line] = translator([record({ resource: resource({ "container.name": "c" }) })], T0).lines;
    assert.deepEqual({ ...line?.stream.labels }, { container_name: "c", service_name: "c" });
  });

  it("are the same object in every request", () => {
    const translator = createLogTranslator({ indexLabels: INDEX_LABELS });
    const [first, second] = [0, 1].map(() => translator([record()], T0).lines[0]?.stream);
    assert.ok(first !== undefined && first === second);
  });
});

describe("metadata of log lines", () => {
  it("is what the record says besides its body", () => {
    assert.deepEqual(
      metadataOf({
        observedNs: NOW_NS + 5n,
        severityNumber: 9,
        severityText: "Info",
        droppedAttributeCount: 3,
        flags: 1,
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        attributes: { "http.method": "GET", "user.id": 5, ok: true },
        scope: { name: "winston", version: "3", attributes: { "lib.x": "y" } },
      }),
      {
        http_method: "GET",
        user_id: "5",
        ok: "true",
        observed_timestamp: String(NOW_NS + 5n),
        severity_number: "9",
        severity_text: "Info",
        dropped_attributes_count: "3",
        flags: "1",
        trace_id: "0af7651916cd43dd8448eb211c80319c",
        span_id: "b7ad6b7169203331",
        lib_x: "y",
        scope_name: "winston",
        scope_version: "3",
      },
    );
  });

  it("has maps flattened, lists as JSON, and nothing that is empty", () => {
    assert.deepEqual(
      metadataOf({
        attributes: { a: { "b.c": { d: 1 }, e: "f" }, list: ["x", 1, { y: null }], none: "", empty: {}, __: "x" },
      }),
      { a_b_c_d: "1", a_e: "f", list: '["x",1,{"y":null}]' },
    );
  });

  it("says of two with one name what came last: the resource's, then the scope's", () => {
    const twice = { attributes: { dup: "record" }, resource: resource({ dup: "resource" }) };
    assert.equal(metadataOf(twice)["dup"], "resource");
    const scope = { name: "", version: "", attributes: { dup: "scope" } };
    assert.equal(metadataOf({ ...twice, scope })["dup"], "scope");
  });

  it("has a space where a character could not be read", () => {
    assert.equal(metadataOf({ attributes: { a: "x\ufffdy" } })["a"], "x y");
  });
});

describe("the line and its time", () => {
  it("is the body as text", () => {
    const bodies: readonly [LogRecord["body"], string][] = [
      ["text", "text"],
      [null, ""],
      [5, "5"],
      [{ b: ["<x>", 1.5], a: null }, '{"a":null,"b":["<x>",1.5]}'],
      [new Uint8Array([255]), "/w=="],
    ];
    for (const [body, line] of bodies) assert.equal(lineOf({ body }).line, line);
  });

  it("is cut where it is too long, in bytes", () => {
    const translator = createLogTranslator({ indexLabels: INDEX_LABELS, maxLineBytes: 8 });
    const cut = (body: string) => translator([record({ body })], T0).lines[0]?.line;
    assert.equal(cut("12345678"), "12345678");
    assert.equal(cut("123456789"), "12345678");
    assert.equal(cut("üüüüü"), "üüüü");
  });

  it("is when it happened, else when it was observed, else now", () => {
    assert.equal(lineOf({ timeNs: NOW_NS - 7n, observedNs: NOW_NS }).timeNs, NOW_NS - 7n);
    const observed = lineOf({ timeNs: 0n, observedNs: NOW_NS - 5n });
    assert.equal(observed.timeNs, NOW_NS - 5n);
    assert.equal(observed.metadata["observed_timestamp"], undefined, "it is the line's own time already");
    assert.equal(lineOf({ timeNs: 0n }).timeNs, NOW_NS);
  });

  it("is refused where it is a week old, in the future, or has more attributes than is allowed", () => {
    const many = Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`a${index}`, "x"]));
    const { lines, rejected } = translate(
      record({ timeNs: NOW_NS - 8n * DAY_NS }),
      record({ timeNs: NOW_NS + 660_000_000_000n }),
      record({ attributes: many }),
      record({ attributes: { big: "x".repeat(1_100_000) } }),
      record({ resource: resource({ "service.name": "x".repeat(3000) }) }),
      record(),
    );
    assert.equal(lines.length, 1);
    assert.deepEqual(
      rejected.map(({ reason, count }) => [reason, count]),
      [
        ["the log record is older than 7 days", 1],
        ["the log record's time is more than 10 minutes in the future", 1],
        ["the log record has more than 512 attributes", 1],
        ["the log record has more than 1048576 bytes of attributes", 1],
        ["the stream label service_name is longer than 2048 bytes", 1],
      ],
    );
  });
});

describe("the level of a line", () => {
  it("is what the record calls it, else what its severity says", () => {
    assert.equal(levelOf({ attributes: { detected_level: "Warning" } }), "warn");
    assert.equal(levelOf({ attributes: { level: "ERR", severity: "info" } }), "error");
    assert.equal(levelOf({ severityText: "Notice", severityNumber: 10 }), "Notice");
    const numbers = [1, 4, 5, 9, 13, 17, 21, 24, 25];
    assert.deepEqual(
      numbers.map((severityNumber) => levelOf({ severityNumber, body: "error" })),
      ["trace", "trace", "debug", "info", "warn", "error", "fatal", "fatal", "unknown"],
    );
  });

  const LINES: readonly [line: string, level: string][] = [
    ['{"level":"WARNING","msg":"error"}', "warn"],
    ['{"msg":"x","log":{"severity":"dbg"}}', "debug"],
    ['{"a":{"b":{"level":"dbg"}}}', "unknown"],
    ['{"level":5,"lvl":"inf"}', "info"],
    ['{"level":"odd","msg":"an error occurred"}', "error"],
    ["level=error msg=started", "error"],
    ['time=1 lvl="WARN" severity=info', "info"],
    ["severity=critical level=inf", "info"],
    ["LeVeL=trc", "trace"],
    ['msg="level=fatal" x=1', "fatal"],
    ["a=b=c level=fatal", "fatal"],
    ["\ufffd level=info critical!", "info"],
    ["Error: it broke", "error"],
    ["[warn] careful", "warn"],
    ["debug error", "debug"],
    ["misc:error", "unknown"],
    ["errors happen", "unknown"],
    ["hello", "unknown"],
    ["", "unknown"],
  ];
  for (const [body, level] of LINES)
    it(`is ${level} in ${body || "an empty line"}`, () => assert.equal(levelOf({ body }), level));
});
