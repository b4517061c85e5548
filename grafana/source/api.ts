import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  counted,
  countedOrZero,
  countOf,
  PROCESS,
  perMinute,
  quantile,
  quantileOverTime,
  ROUTE,
  share,
  shareOverTime,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const SERVER = `http_server_request_duration_seconds{${ROUTE}}`;
const CLIENT = `http_client_request_duration_seconds{${PROCESS}}`;
const DATABASE = `db_client_operation_duration_seconds{${PROCESS}}`;
const REQUESTS = countOf(SERVER);
const LIMITED = `http_server_rate_limited_requests_total{${ROUTE}}`;
/** The server's own fault; what a caller did wrong (4xx) is none of it. */
const FAILED = where(REQUESTS, 'error_type!=""');

const { apiErrorRatio, apiLatencySeconds, databaseErrorRatio } = THRESHOLDS;
const ERROR_LEVELS = levelsOf(apiErrorRatio);
const LATENCY_LEVELS = levelsOf(apiLatencySeconds);
const DATABASE_LEVELS = levelsOf(databaseErrorRatio);

const tracesOf = (route: string) => [
  toTraces("Failed requests", { tags: `error=true http.route="${route}"` }),
  toTraces("All requests", { tags: `http.route="${route}"` }),
];

export const api = (): Dashboard =>
  board("api", {
    description: "Does the API answer, fast and without errors, and do the services and databases behind it?",
    datasources: ["prometheus", "jaeger"],
    variables: [variables.environment(), variables.job(), variables.route(), variables.tracedService()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Requests",
              description:
                "HTTP requests that the selected programs answered. 0 while callers complain: do they reach it?",
              unit: Short,
              expr: countedOrZero(REQUESTS),
            }),
          ],
          [
            4,
            stat({
              title: "Failed requests",
              description: `Share of requests that the server failed at (5xx, or no answer). Alert above ${percent(apiErrorRatio.limit)}: the route table tells where.`,
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(FAILED, REQUESTS),
            }),
          ],
          [
            4,
            stat({
              title: "Duration, p99",
              description: `One in a hundred requests took longer. Alert above ${apiLatencySeconds.limit} s at one route: see which one.`,
              unit: Seconds,
              levels: LATENCY_LEVELS,
              expr: quantile(0.99, SERVER),
            }),
          ],
          [
            4,
            stat({
              title: "In progress",
              description: "Requests being answered now. Rising while the rate does not: something behind it hangs.",
              unit: Short,
              expr: `sum(http_server_active_requests{${PROCESS}}) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Rate limited",
              description:
                "Requests that were refused with 429. Many of one caller are its fault, many of all a limit set too low.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(LIMITED),
            }),
          ],
          [
            4,
            stat({
              title: "Failed outgoing requests",
              description:
                "Share of the requests to other services that failed, calls to models apart. See which service below.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              expr: share(where(countOf(CLIENT), 'error_type!=""'), countOf(CLIENT)),
            }),
          ],
        ],
      },
      {
        title: "Requests",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Requests by status",
              description: "By status code. 429 is the rate limit, 401 and 403 are callers without leave, 5xx is ours.",
              unit: RequestsPerMinute,
              stacked: true,
              queries: [
                { expr: perMinute(REQUESTS, "http_response_status_code"), legend: "{{http_response_status_code}}" },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Failed requests by route",
              description:
                "Share of requests that the server failed at. One route: its own code. All: what they share.",
              unit: PercentUnit,
              levels: ERROR_LEVELS,
              links: [
                ...tracesOf(clickedLabel("http_route")),
                toBoard("What the logs say", "logs", { keep: ["environment", "job"] }),
              ],
              queries: [{ expr: shareOverTime(FAILED, REQUESTS, "http_route"), legend: "{{http_route}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration by route, p99",
              description: "A dot is one request: click it to see in its trace what it waited for.",
              unit: Seconds,
              levels: LATENCY_LEVELS,
              exemplars: true,
              links: tracesOf(clickedLabel("http_route")),
              queries: [{ expr: quantileOverTime(0.99, SERVER, "http_route"), legend: "{{http_route}}" }],
            }),
          ],
          [
            16,
            table({
              title: "Routes",
              description:
                "Every route. unmatched is what no route took: many of them are scanners, or a client with an old address.",
              rows: { http_route: "Route", http_request_method: "Method" },
              columns: [
                { title: "Requests", unit: Short, expr: counted(REQUESTS, "http_route", "http_request_method") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(FAILED, REQUESTS, "http_route", "http_request_method"),
                },
                { title: "p50", unit: Seconds, expr: quantile(0.5, SERVER, "http_route", "http_request_method") },
                {
                  title: "p99",
                  unit: Seconds,
                  levels: LATENCY_LEVELS,
                  expr: quantile(0.99, SERVER, "http_route", "http_request_method"),
                },
              ],
              links: tracesOf(clickedCell("Route")),
            }),
          ],
          [
            8,
            chart({
              title: "Rate limited by route",
              description: "Requests that were refused with 429. API_RATE_LIMIT and API_RATE_WINDOW set the limit.",
              unit: RequestsPerMinute,
              stacked: true,
              links: [toTraces("Requests that were refused", { tags: "http.response.status_code=429" })],
              queries: [{ expr: perMinute(LIMITED, "http_route"), legend: "{{http_route}}" }],
            }),
          ],
        ],
      },
      {
        title: "Behind the API",
        height: 8,
        panels: [
          [
            12,
            table({
              title: "Other services",
              description:
                "Where the programs send HTTP requests. Slow here and slow above: wait for that service, or call it less.",
              rows: { server_address: "Service", http_request_method: "Method" },
              columns: [
                {
                  title: "Requests",
                  unit: Short,
                  expr: counted(countOf(CLIENT), "server_address", "http_request_method"),
                },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: ERROR_LEVELS,
                  expr: share(
                    where(countOf(CLIENT), 'error_type!=""'),
                    countOf(CLIENT),
                    "server_address",
                    "http_request_method",
                  ),
                },
                { title: "p95", unit: Seconds, expr: quantile(0.95, CLIENT, "server_address", "http_request_method") },
              ],
              links: [toTraces("Failed requests", { tags: `error=true server.address="${clickedCell("Service")}"` })],
            }),
          ],
          [
            12,
            table({
              title: "Databases",
              description:
                "By operation, as the program sees it: the wait for a free connection is not part of it (System).",
              rows: { db_system_name: "Database", db_operation_name: "Operation" },
              columns: [
                {
                  title: "Operations",
                  unit: Short,
                  expr: counted(countOf(DATABASE), "db_system_name", "db_operation_name"),
                },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: DATABASE_LEVELS,
                  expr: share(
                    where(countOf(DATABASE), 'error_type!=""'),
                    countOf(DATABASE),
                    "db_system_name",
                    "db_operation_name",
                  ),
                },
                { title: "p95", unit: Seconds, expr: quantile(0.95, DATABASE, "db_system_name", "db_operation_name") },
              ],
              links: [
                toTraces("Failed operations", { tags: `error=true db.system.name="${clickedCell("Database")}"` }),
              ],
            }),
          ],
          [
            12,
            chart({
              title: "Other services, p95",
              description:
                "Duration of outgoing requests. One service that climbs drags the routes above along: its trace, a click on a dot, tells which.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, CLIENT, "server_address"), legend: "{{server_address}}" }],
            }),
          ],
          [
            12,
            chart({
              title: "Databases, p95",
              description:
                "Duration of operations. One that climbs alone lacks an index, all together a busy database. A dot opens the trace.",
              unit: Seconds,
              exemplars: true,
              queries: [
                {
                  expr: quantileOverTime(0.95, DATABASE, "db_system_name", "db_operation_name"),
                  legend: "{{db_system_name}}: {{db_operation_name}}",
                },
              ],
            }),
          ],
        ],
      },
    ],
  });
