/**
 * The embedded process beside the real Prometheus, Loki and Jaeger: the same OTLP bytes into both, the same questions to both, the same
 * answers from both.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { listPanelQueries, listVariableQueries } from "../../grafana/source/panel-queries.ts";
import { loadRules } from "../alerts/rule-files.ts";
import { startServed } from "../embedded/served.ts";
import { type Answer, isEmpty, queryDifference, tracesOf } from "./differential/compare.ts";
import { generateLogql, generatePromql } from "./differential/generated-queries.ts";
import { DURATION_MS, generateTraffic, PUSH_MS } from "./differential/traffic.ts";
import { findWhatIsMissing } from "./support/docker.ts";
import { type Backends, startRealBackends } from "./support/real-backends.ts";
import { waitUntil } from "./support/wait-until.ts";

const missing = findWhatIsMissing();
const MINUTE = 60_000;

type Asked = { readonly what: string; readonly ours: Answer; readonly theirs: Answer };

async function ask(base: string, path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`, {
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.text() };
}

async function send({ otlp }: Backends, endMs: number): Promise<void> {
  for (const { signal, body } of generateTraffic(endMs)) {
    const response = await fetch(otlp[signal], {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await response.text();
    assert.equal(response.status < 300, true, `${otlp[signal]} answered ${response.status}: ${text.slice(0, 300)}`);
    assert.doesNotMatch(text, /rejected/, text.slice(0, 300));
  }
}

describe("the embedded process beside the real back ends", { skip: missing !== undefined }, () => {
  const endMs = Math.floor((Date.now() - MINUTE) / PUSH_MS) * PUSH_MS;
  const startMs = endMs - DURATION_MS;
  let real: Backends | undefined;
  let embedded: Backends | undefined;
  const both = (): { ours: Backends; theirs: Backends } => {
    if (real === undefined || embedded === undefined) throw new Error("The back ends did not start");
    return { ours: embedded, theirs: real };
  };

  before(async () => {
    [real, embedded] = await Promise.all([startRealBackends(), startServed()]);
    await Promise.all([send(real, endMs), send(embedded, endMs)]);
    const { jaeger } = real;
    // Jaeger's batches are on their way for a moment.
    await waitUntil("Jaeger knows the services", async () => {
      assert.match((await ask(jaeger, "/api/services", {})).body, /support/);
    });
  });
  after(async () => {
    await Promise.all([real?.close(), embedded?.close()]);
  });

  const askBoth = async (
    which: "prometheus" | "loki" | "jaeger",
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Asked> => {
    const { ours, theirs } = both();
    const [one, other] = await Promise.all([ask(ours[which], path, parameters), ask(theirs[which], path, parameters)]);
    return {
      what: `${parameters["query"] ?? path} at ${parameters["time"] ?? `${parameters["start"]}…`}`,
      ours: one,
      theirs: other,
    };
  };
  const seconds = (ms: number): string => String(ms / 1000);
  const nanos = (ms: number): string => `${ms}000000`;
  const instants = [20, 36, 44, 62, 80, 100].map((minute) => startMs + minute * MINUTE);
  const range = { start: seconds(startMs + 5 * MINUTE), end: seconds(endMs), step: "60" };

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
    for (const query of queries) {
      const given = { query, start: nanos(startMs), end: nanos(endMs), step: "300", limit: "1000" };
      asked.push(await askBoth("loki", "/loki/api/v1/query_range", given));
    }
    return asked;
  };

  /** All must agree, and most must have said something. */
  const assertAgree = (asked: readonly Asked[], filledShare: number): void => {
    const differences = asked.flatMap(({ what, ours, theirs }) => {
      const difference = queryDifference(ours, theirs);
      return difference === undefined ? [] : [`${what}: ${difference}`];
    });
    assert.equal(
      differences.length,
      0,
      `${differences.length} of ${asked.length} differ:\n${differences.slice(0, 40).join("\n")}`,
    );
    const filled = asked.filter(({ theirs }) => !isEmpty(theirs)).length;
    assert.ok(filled >= asked.length * filledShare, `only ${filled} of ${asked.length} answers hold anything`);
  };
  const panels = listPanelQueries({ service: "research|desk/support|rare", traced_service: "research" });
  const ofKind = (kind: string): string[] => [
    ...new Set(panels.filter(({ datasource }) => datasource === kind).map(({ expr }) => expr)),
  ];

  it("answers every panel query as Prometheus does", async () => {
    assertAgree(await askPromql(ofKind("prometheus")), 0.5);
  });

  it("answers every panel query as Loki does", async () => {
    assertAgree(await askLogql(ofKind("loki")), 0);
  });

  it("answers every rule expression as Prometheus does", async () => {
    assertAgree(await askPromql([...new Set(loadRules().map(({ expr }) => expr))]), 0.1);
  });

  it("answers 200 generated PromQL queries as Prometheus does, the wrong ones with the same error", async () => {
    assertAgree(await askPromql(generatePromql(200)), 0.5);
  });

  it("answers 120 generated LogQL queries as Loki does", async () => {
    assertAgree(await askLogql(generateLogql(120)), 0.5);
  });

  it("knows the same names, labels and series", async () => {
    const time = { start: seconds(startMs), end: seconds(endMs) };
    const selectors = listVariableQueries().map(({ selector }) => selector);
    const paths: [string, Record<string, string>][] = [
      ["/api/v1/label/job/values", { ...time, "match[]": "llm_requests_total" }],
      [
        "/api/v1/labels",
        { ...time, "match[]": '{job=~"research|desk/support|rare",__name__!~"traces_span_metrics.*"}' },
      ],
      ["/api/v1/label/__name__/values", { ...time, "match[]": '{job="rare",__name__!~"traces_span_metrics.*"}' }],
      ...["target_info", "llm_tokens_total", ...selectors].map((selector): [string, Record<string, string>] => [
        "/api/v1/series",
        { ...time, "match[]": selector },
      ]),
    ];
    for (const [path, parameters] of paths) {
      const { ours, theirs } = await askBoth("prometheus", path, parameters);
      const sorted = ({ body }: Answer): string[] =>
        (JSON.parse(body) as { data: unknown[] }).data
          .map((one) => JSON.stringify(typeof one === "object" ? Object.entries(one as object).toSorted() : one))
          .toSorted();
      assert.deepEqual(sorted(ours), sorted(theirs), `${path} ${JSON.stringify(parameters)}`);
    }
    for (const path of ["/loki/api/v1/labels", "/loki/api/v1/label/service_name/values"]) {
      const { ours, theirs } = await askBoth("loki", path, { start: nanos(startMs), end: nanos(endMs) });
      assert.deepEqual(JSON.parse(ours.body), JSON.parse(theirs.body), path);
    }
  });

  it("keeps the same exemplars and metadata", async () => {
    const given = { query: "llm_request_duration_seconds_bucket", start: seconds(startMs), end: seconds(endMs) };
    const { ours, theirs } = await askBoth("prometheus", "/api/v1/query_exemplars", given);
    type Series = { seriesLabels: object; exemplars: { labels: object; value: string; timestamp: number }[] };
    const normal = ({ body }: Answer): string[] =>
      (JSON.parse(body) as { data: Series[] }).data
        .flatMap(({ seriesLabels, exemplars }) =>
          exemplars.map((one) =>
            JSON.stringify([
              Object.entries(seriesLabels).toSorted(),
              Object.entries(one.labels).toSorted(),
              one.value,
              one.timestamp,
            ]),
          ),
        )
        .toSorted();
    assert.ok(normal(theirs).length > 100);
    assert.deepEqual(normal(ours), normal(theirs));
    for (const metric of [
      "llm_requests_total",
      "http_server_latency_milliseconds",
      "rpc_duration_seconds",
      "cache_hit_ratio",
    ]) {
      const metadata = await askBoth("prometheus", "/api/v1/metadata", { metric });
      assert.deepEqual(JSON.parse(metadata.ours.body), JSON.parse(metadata.theirs.body), metric);
    }
  });

  it("finds the same traces as Jaeger, span for span and tag for tag", async () => {
    const time = { start: `${startMs}000`, end: `${endMs + MINUTE}000`, limit: "1500" };
    const searches: Record<string, string>[] = [
      { service: "research" },
      { service: "support", operation: "invoke_agent triage" },
      { service: "research", minDuration: "5s" },
      { service: "research", maxDuration: "300ms" },
      { service: "support", tags: '{"error":"true"}' },
      { service: "research", tags: '{"gen_ai.request.model":"gpt-4o-mini","gen_ai.agent.name":"writer"}' },
      { service: "research", tags: '{"session.id":"session-3"}' },
      { service: "support", tags: '{"exception.type":"RateLimitError"}' },
      { service: "support", tags: '{"deployment.environment.name":"staging"}' },
      { service: "nobody" },
    ];
    for (const search of searches) {
      const { ours, theirs } = await askBoth("jaeger", "/api/traces", { ...search, ...time });
      assert.deepEqual(
        tracesOf(ours).map(({ id }) => id),
        tracesOf(theirs).map(({ id }) => id),
        JSON.stringify(search),
      );
      assert.deepEqual(tracesOf(ours), tracesOf(theirs), JSON.stringify(search));
    }
    for (const path of ["/api/services", "/api/services/support/operations", "/api/operations?service=research"]) {
      const { ours, theirs } = await askBoth(
        "jaeger",
        path.split("?")[0] as string,
        Object.fromEntries(new URLSearchParams(path.split("?")[1])),
      );
      const names = ({ body }: Answer): string[] =>
        (JSON.parse(body) as { data: unknown[] }).data
          .map((one) => JSON.stringify(one))
          .filter((one) => !one.includes("jaeger"))
          .toSorted();
      assert.deepEqual(names(ours), names(theirs), path);
    }
    for (const path of ["/api/traces/0123456789abcdef0123456789abcdef", "/api/traces/xyz", "/api/traces"]) {
      const { ours, theirs } = await askBoth("jaeger", path, {});
      assert.equal(ours.status, theirs.status, `${path}: ${ours.body.slice(0, 200)} / ${theirs.body.slice(0, 200)}`);
    }
  });
});
