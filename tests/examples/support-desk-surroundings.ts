import assert from "node:assert/strict";
import { it } from "node:test";
import { type Checked, countBy } from "./support-desk-checked.ts";
import { DESK_SETTINGS, HASTY_REQUESTS } from "./support-desk-drive.ts";

/** Of which a test can say little more than that they are there. */
export const OF_PROCESS: readonly string[] = [
  "process_cpu_time_seconds_total",
  "process_memory_usage_bytes",
  "process_uptime_seconds",
  "v8js_memory_heap_used_bytes",
  "v8js_memory_heap_limit_bytes",
  "v8js_gc_duration_seconds_count",
  "nodejs_eventloop_delay_p50_seconds",
  "nodejs_eventloop_delay_p99_seconds",
  "nodejs_eventloop_delay_max_seconds",
  "nodejs_eventloop_utilization_ratio",
  "nodejs_active_resources",
  "health_check_duration_seconds",
  "agent_observatory_up",
];

/** What is around the agent: HTTP, databases, the process, health. */
export function testSurroundings(given: Promise<Checked>): void {
  it("counts requests by their routes, as many as came", async () => {
    const { desk, measures } = await given;
    const templates: readonly (readonly [RegExp, string])[] = [
      [/^\/sessions\/[^/]+\/(\w+)$/, "/sessions/:sessionId/$1"],
      [/^\/answers\/[^/]+\/feedback$/, "/answers/:id/feedback"],
      [/^\/staff\/reviews\/.+$/, "/staff/reviews/:id"],
      [/^\/staff\/sessions\/.+$/, "/staff/sessions/:sessionId/debug"],
    ];
    const came = countBy(desk.asked, (line) => {
      const [method, path = "", status] = line.split(" ");
      const routed = templates.reduce((route, [from, to]) => route.replace(from, to), path);
      // Who is refused at the door does not come to a route.
      const atTheDoor: Readonly<Record<string, string>> = { 401: "/staff", 429: "/sessions" };
      const route = atTheDoor[status ?? ""] ?? routed;
      return `${method}/${route}/${status}`;
    });
    await measures({
      "http_server_request_duration_seconds_count by http_request_method, http_route, http_response_status_code": came,
      http_server_active_requests: { "": 0 },
      "http_server_rate_limited_requests_total by http_route": { "/sessions": 3 },
      "http_client_request_duration_seconds_count by http_request_method, http_response_status_code": {
        "GET/200": 1,
        "GET/503": 1 + 3,
        "PUT/200": 1,
      },
    });
  });

  it("turns away who asks too often, and nobody else", async () => {
    const { desk, driven } = await given;
    const limit = Number(DESK_SETTINGS.MESSAGES_PER_MINUTE);
    const statuses = driven.hasty.map(({ status }) => status);
    assert.deepEqual(countBy(statuses, String), { 400: limit, 429: HASTY_REQUESTS - limit });
    const last = driven.hasty.at(-1);
    assert.ok(Number(last?.headers.get("retry-after")) > 0);
    assert.match(last?.headers.get("ratelimit") ?? "", /r=0/);
    assert.ok(desk.asked.every((line) => !line.endsWith("429") || line.includes("/sessions/hasty/")));
  });

  it("counts what the database and the vector store were asked, as they saw it themselves", async () => {
    const { desk, measures } = await given;
    const statements = desk.world.postgres.lines.flatMap((line) => {
      const [, statement = ""] = /(?:statement|execute <unnamed>): *(.*)$/.exec(line) ?? [];
      return [/^(SELECT|INSERT|UPDATE)/.exec(statement)?.[1] ?? []].flat().filter(() => statement !== "SELECT 1");
    });
    const seen = countBy(statements, (operation) => `postgresql/${operation}`);
    const { upsert, query } = desk.world.vectorStore.served;
    await measures({
      "db_client_operation_duration_seconds_count by db_system_name, db_operation_name": {
        ...seen,
        // The schema and the FIRST rows, several statements each, which begin on a line of their own in its log.
        "postgresql/CREATE": 1,
        "postgresql/INSERT": (seen["postgresql/INSERT"] ?? 0) + 1,
        "qdrant/upsert": upsert,
        "qdrant/query": query,
      },
      "db_client_connection_count by db_client_connection_state": { idle: 0, used: 0 },
      "vector_operations_total by operation, status": { "upsert/ok": upsert, "query/ok": query },
      vector_results_returned_sum: { "": 2 * query },
      "vector_dimensions by collection": { handbook: 256 },
    });
  });

  it("tells how the process is doing", async () => {
    const { desk } = await given;
    for (const metric of OF_PROCESS) {
      const value = (await desk.stored(metric))[""];
      assert.ok(value !== undefined && value >= 0, metric);
    }
    for (const metric of ["process_memory_usage_bytes", "process_uptime_seconds", "v8js_memory_heap_used_bytes"]) {
      assert.ok(((await desk.stored(metric))[""] ?? 0) > 0, metric);
    }
    assert.ok(((await desk.stored("process_cpu_time_seconds_total", ["cpu_mode"]))["user"] ?? 0) > 0);
  });

  it("becomes unready where the database hangs, and ready again", async () => {
    const { driven, measures } = await given;
    await measures({
      "health_check_status by check": { database: 1, "follow-ups": 1, handbook: 1, model: 1, "status-page": 1 },
    });
    assert.deepEqual(driven.health, ["200 healthy 1", "503 unhealthy 0", "200 healthy 1"]);
  });
}
