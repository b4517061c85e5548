/**
 * The embedded process beside the real Prometheus, Loki and Jaeger: the same OTLP bytes into both, the same questions to both, the same
 * answers from both. What is left out, and why: docs/differential.md.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { loadRules } from "../../alerts/source/load.ts";
import { listPanelQueries, listVariableQueries } from "../../grafana/source/panel-queries.ts";
import { startServed } from "../embedded/served.ts";
import {
  type Answer,
  type Asked,
  assertAgree,
  exemplarsOf,
  listOf,
  type Totals,
  tracesOf,
} from "./differential/compare.ts";
import { generateLogql, generatePromql, LIMITED_LOGQL, SORTED_PROMQL } from "./differential/generated-queries.ts";
import { generateSearches, listPlainSearches } from "./differential/generated-searches.ts";
import { DURATION_MS, generateTraffic, type Post, PUSH_MS } from "./differential/traffic.ts";
import { findWhatIsMissing } from "./support/docker.ts";
import { type Backends, type RealBackends, startRealBackends } from "./support/real-backends.ts";
import { waitUntil } from "./support/wait-until.ts";

const missing = findWhatIsMissing();
const MINUTE = 60_000;
/** Long enough ago that what the embedded process counts of itself and of the spans, which is of now, is in no answer. */
const AGO_MS = 10 * MINUTE;
const NO_RULES = "groups: []\n";

async function ask(base: string, path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`, {
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.text() };
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = await response.text();
  assert.equal(response.status < 300, true, `${url} answered ${response.status}: ${text.slice(0, 300)}`);
  assert.doesNotMatch(text, /rejected/, text.slice(0, 300));
}

/** The metrics first: those that the embedded process makes of spans are of now, from when on two hours ago is too long ago. */
async function send({ otlp }: Backends, posts: readonly Post[], jaegerInMemory?: string): Promise<void> {
  for (const { signal, body } of posts) if (signal === "metrics") await post(otlp.metrics, body);
  for (const { signal, body } of posts) {
    if (signal === "metrics") continue;
    await post(otlp[signal], body);
    if (signal === "traces" && jaegerInMemory !== undefined) await post(jaegerInMemory, body);
  }
}

describe("the embedded process beside the real back ends", { skip: missing !== undefined }, () => {
  const endMs = Math.floor((Date.now() - AGO_MS) / PUSH_MS) * PUSH_MS;
  const startMs = endMs - DURATION_MS;
  const totals: Totals = { asked: 0, filled: 0 };
  let folder = "";
  let real: RealBackends | undefined;
  let embedded: Backends | undefined;
  const both = (): { ours: Backends; theirs: RealBackends } => {
    if (real === undefined || embedded === undefined) throw new Error("The back ends did not start");
    return { ours: embedded, theirs: real };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-observatory-differential-"));
    const rules = join(folder, "rules.yml");
    await writeFile(rules, NO_RULES);
    const posts = generateTraffic(endMs);
    real = await startRealBackends();
    embedded = await startServed({ environment: { AGENT_OBSERVATORY_RULE_FILES: rules } });
    await Promise.all([send(real, posts, real.jaegerInMemory.otlpTraces), send(embedded, posts)]);
    const last = posts.findLast(({ signal }) => signal === "traces")?.body ?? "";
    const lastTrace = /"traceId":"(\w+)"/.exec(last)?.[1] ?? "";
    // Jaeger's batches are on their way for a moment.
    for (const jaeger of [real.jaeger, real.jaegerInMemory.query]) {
      await waitUntil("Jaeger knows the last trace", async () => {
        assert.equal((await ask(jaeger, `/api/traces/${lastTrace}`, {})).status, 200);
      });
    }
  });
  after(async () => {
    await Promise.all([real?.close(), embedded?.close(), rm(folder, { recursive: true, force: true })]);
  });

  const askBoth = async (
    which: "prometheus" | "loki" | "jaeger",
    path: string,
    parameters: Readonly<Record<string, string>>,
    reference = both().theirs[which],
  ): Promise<Asked> => {
    const [ours, theirs] = await Promise.all([
      ask(both().ours[which], path, parameters),
      ask(reference, path, parameters),
    ]);
    return { what: `${path} ${JSON.stringify(parameters)}`, ours, theirs };
  };
  const seconds = (ms: number): string => String(ms / 1000);
  const nanos = (ms: number): string => `${ms}000000`;
  const instants = [20, 36, 50, 66, 90, 118].map((minute) => startMs + minute * MINUTE);
  const range = { start: seconds(startMs + 5 * MINUTE), end: seconds(endMs), step: "60" };
  const lastInstant = instants.at(-1) as number;

  const askPromql = async (queries: readonly string[]): Promise<Asked[]> => {
    const asked: Asked[] = [];
    for (const query of queries) {
      for (const time of instants)
        asked.push(await askBoth("prometheus", "/api/v1/query", { query, time: seconds(time) }));
      asked.push(await askBoth("prometheus", "/api/v1/query_range", { query, ...range }));
    }
    return asked;
  };
  const askLogql = async (queries: readonly string[]): Promise<Asked[]> => {
    const asked: Asked[] = [];
    for (const [index, query] of queries.entries()) {
      const direction = index % 2 === 0 ? "backward" : "forward";
      const given = { query, start: nanos(startMs), end: nanos(endMs), step: "300", limit: "1000", direction };
      asked.push(await askBoth("loki", "/loki/api/v1/query_range", given));
      asked.push(await askBoth("loki", "/loki/api/v1/query", { query, time: nanos(lastInstant) }));
    }
    return asked;
  };

  const panels = listPanelQueries({ service: "research|desk/support|rare", traced_service: "research" });
  const ofKind = (kind: string): string[] => [
    ...new Set(panels.filter(({ datasource }) => datasource === kind).map(({ expr }) => expr)),
  ];

  it("answers every panel query as Prometheus does", async () => {
    assertAgree(await askPromql(ofKind("prometheus")), 0.6, totals);
  });

  it("answers every panel query as Loki does", async () => {
    assertAgree(await askLogql(ofKind("loki")), 0.2, totals);
  });

  it("answers every panel query as Jaeger does", async () => {
    for (const query of ofKind("jaeger")) {
      const given = { ...Object.fromEntries(new URLSearchParams(query)), start: nanos(startMs).slice(0, -3) };
      const { ours, theirs } = await askBoth("jaeger", "/api/traces", { ...given, end: nanos(endMs).slice(0, -3) });
      assert.deepEqual(tracesOf(ours), tracesOf(theirs), query);
    }
  });

  it("answers every rule expression as Prometheus does", async () => {
    assertAgree(await askPromql([...new Set(loadRules().map(({ expr }) => expr))]), 0.2, totals);
  });

  it("answers 200 generated PromQL queries as Prometheus does, the wrong ones with the same error", async () => {
    assertAgree(await askPromql(generatePromql(200)), 0.5, totals);
  });

  it("sorts as Prometheus does", async () => {
    for (const query of SORTED_PROMQL) {
      const { ours, theirs } = await askBoth("prometheus", "/api/v1/query", { query, time: seconds(lastInstant) });
      assert.ok(listOf(theirs, "result").length > 3, theirs.body.slice(0, 300));
      assert.deepEqual(listOf(ours, "result"), listOf(theirs, "result"), query);
    }
  });

  it("answers 120 generated LogQL queries as Loki does", async () => {
    assertAgree(await askLogql(generateLogql(120)), 0.4, totals);
  });

  it("has too many series where Loki has", async () => {
    const asked = await askLogql(LIMITED_LOGQL);
    assertAgree(asked, 0.2, totals);
    assert.ok(asked.filter(({ theirs }) => theirs.body.startsWith("maximum number of series")).length > 5);
  });

  it("knows the same names, labels and series", async () => {
    const time = { start: seconds(startMs), end: seconds(endMs) };
    const selectors = listVariableQueries().map(({ selector }) => selector);
    const ofPrograms = '{job=~"research|desk/support|rare",__name__!~"traces_span_metrics.*"}';
    const paths: [string, Record<string, string>][] = [
      ["/api/v1/label/job/values", { ...time, "match[]": "llm_requests_total" }],
      ["/api/v1/labels", { ...time, "match[]": ofPrograms }],
      ["/api/v1/label/__name__/values", { ...time, "match[]": ofPrograms }],
      ...[ofPrograms, "target_info", ...selectors].map((selector): [string, Record<string, string>] => [
        "/api/v1/series",
        { ...time, "match[]": selector },
      ]),
    ];
    for (const [path, parameters] of paths) {
      const { what, ours, theirs } = await askBoth("prometheus", path, parameters);
      assert.deepEqual(listOf(ours).toSorted(), listOf(theirs).toSorted(), what);
    }
    const logTime = { start: nanos(startMs), end: nanos(endMs) };
    for (const [path, parameters] of [
      ["labels", {}],
      ["label/service_name/values", {}],
      ["label/deployment_environment_name/values", { query: '{service_name="support"}' }],
      ["series", { "match[]": '{service_name=~"research|support"}' }],
    ] as const) {
      const { what, ours, theirs } = await askBoth("loki", `/loki/api/v1/${path}`, { ...logTime, ...parameters });
      assert.deepEqual(listOf(ours).toSorted(), listOf(theirs).toSorted(), what);
    }
  });

  it("keeps the same exemplars", async () => {
    for (const query of [
      "llm_request_duration_seconds_bucket",
      'sum(rate({job="rare"}[5m]))',
      "agent_requests_total",
    ]) {
      const given = { query, start: seconds(startMs), end: seconds(endMs) };
      const { ours, theirs } = await askBoth("prometheus", "/api/v1/query_exemplars", given);
      assert.ok(exemplarsOf(theirs).length > 100, query);
      assert.deepEqual(exemplarsOf(ours), exemplarsOf(theirs), query);
    }
  });

  it("finds the same traces as Jaeger, span for span and tag for tag", async () => {
    let found = 0;
    const check = async (search: Record<string, string>, reference?: string): Promise<void> => {
      const { what, ours, theirs } = await askBoth("jaeger", "/api/traces", search, reference);
      // Some ask for a shortest duration beyond the longest, which both refuse.
      assert.equal(ours.status, theirs.status, what);
      if (theirs.status >= 400) return;
      const [mine, expected] = [tracesOf(ours), tracesOf(theirs)];
      found += expected.length;
      assert.deepEqual(
        mine.map(({ id }) => id),
        expected.map(({ id }) => id),
        what,
      );
      assert.deepEqual(mine, expected, what);
    };
    for (const search of listPlainSearches(startMs, endMs)) {
      await check(search);
      await check({ ...search, limit: "20" });
    }
    for (const search of generateSearches(60, startMs, endMs)) await check(search, both().theirs.jaegerInMemory.query);
    assert.ok(found > 5000, `only ${found} traces were found`);
  });

  it("lists the services and operations that Jaeger lists", async () => {
    for (const [path, parameters] of [
      ["/api/services", {}],
      ["/api/services/support/operations", {}],
      ["/api/services/nobody/operations", {}],
    ] as const) {
      const { ours, theirs } = await askBoth("jaeger", path, parameters);
      assert.deepEqual(listOf(ours).toSorted(), listOf(theirs).toSorted(), path);
    }
    // Only the store in memory knows the kinds of spans.
    for (const kind of [{}, { spanKind: "client" }, { spanKind: "internal" }]) {
      const given = { service: "research", ...kind };
      const { ours, theirs } = await askBoth("jaeger", "/api/operations", given, both().theirs.jaegerInMemory.query);
      assert.deepEqual(listOf(ours).toSorted(), listOf(theirs).toSorted(), JSON.stringify(given));
    }
  });

  it("refuses what Jaeger refuses, with the same status", async () => {
    const unknown = "/api/traces/0123456789abcdef0123456789abcdef";
    for (const path of [unknown, "/api/traces/xyz", "/api/traces", "/api/traces?service=research&minDuration=x"]) {
      const { ours, theirs } = await askBoth(
        "jaeger",
        path.split("?")[0] as string,
        Object.fromEntries(new URLSearchParams(path.split("?")[1])),
      );
      assert.ok(theirs.status >= 400);
      assert.equal(ours.status, theirs.status, `${path}: ${ours.body.slice(0, 200)} / ${theirs.body.slice(0, 200)}`);
    }
  });

  it("knows what Prometheus does not say: the metadata of what came by OTLP", async () => {
    const { ours, theirs } = await askBoth("prometheus", "/api/v1/metadata", {});
    assert.deepEqual(JSON.parse(theirs.body), { status: "success", data: {} });
    const { data } = JSON.parse(ours.body) as { data: Record<string, unknown> };
    assert.deepEqual(data["http_server_latency_milliseconds"], [{ type: "histogram", unit: "milliseconds", help: "" }]);
  });

  it("agrees in what it was asked in all", (t) => {
    t.diagnostic(`${totals.asked} queries asked, ${totals.filled} of the answers hold something`);
    assert.ok(totals.asked > 2500, `only ${totals.asked} queries were asked`);
  });
});
