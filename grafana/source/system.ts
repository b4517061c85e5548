import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { BytesIEC, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedCell, toBoard } from "./data-links.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import { INSTANCE, perSecond, perSecondOverall, timeShare } from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const UP = `agent_observatory_up{${INSTANCE}}`;
const UPTIME = `process_uptime_seconds{${INSTANCE}}`;
const CPU = `process_cpu_time_seconds_total{${INSTANCE}}`;
const MEMORY = `process_memory_usage_bytes{${INSTANCE}}`;
const HEAP = `v8js_memory_heap_used_bytes{${INSTANCE}} / v8js_memory_heap_limit_bytes{${INSTANCE}}`;
const GC = `v8js_gc_duration_seconds{${INSTANCE}}`;
const DELAY = `nodejs_eventloop_delay_p99_seconds{${INSTANCE}}`;
const UTILIZATION = `nodejs_eventloop_utilization_ratio{${INSTANCE}}`;
const CONNECTIONS = `db_client_connection_count{${INSTANCE}}`;
const WAITING = `db_client_connection_pending_requests{${INSTANCE}}`;

const { heapUsedRatio, eventLoopDelaySeconds } = THRESHOLDS;
const HEAP_LEVELS = levelsOf(heapUsedRatio);
const DELAY_LEVELS = levelsOf(eventLoopDelaySeconds);

/** Without processes that said that they ended: their last values stay for five minutes. */
const running = (expr: string): string => `${expr} unless on (job, instance) (${UP} == 0)`;

/** Of the processes of a program the one that is worst off: a mean would hide it. */
const worst = (expr: string, ...labels: readonly string[]): string =>
  labels.length === 0 ? `max(${running(expr)})` : `max by (${labels.join(", ")}) (${running(expr)})`;

export const system = (): Dashboard =>
  board("system", {
    description: "Do the processes have what they need: CPU, memory, a free event loop, connections?",
    datasources: ["prometheus"],
    variables: [variables.environment(), variables.job(), variables.instance()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Processes up",
              description:
                "Processes that report now. Fewer than you started: see the logs of the program that is missing.",
              unit: Short,
              expr: `count(${UP} == 1) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Starts",
              description:
                "Processes that began in the time range and still run. More than you deployed: something restarts them, look for its crash in the logs.",
              unit: Short,
              expr: `count(${running(`${UPTIME} < $__range_s`)}) or vector(0)`,
            }),
          ],
          [
            4,
            stat({
              title: "Event loop delay",
              description: `p99 of the process that is worst off. Above ${eventLoopDelaySeconds.limit} s every request waits: look for synchronous work.`,
              unit: Seconds,
              levels: DELAY_LEVELS,
              expr: worst(DELAY),
            }),
          ],
          [
            4,
            stat({
              title: "Heap used",
              description: `Of V8's limit, the process that is worst off. Alert above ${percent(heapUsedRatio.limit)}: a leak, or a limit set too low (--max-old-space-size).`,
              unit: PercentUnit,
              levels: HEAP_LEVELS,
              expr: worst(HEAP),
            }),
          ],
          [
            4,
            stat({
              title: "Memory",
              description:
                "All selected processes together. Far above the heap: buffers, native modules or threads hold it.",
              unit: BytesIEC,
              expr: `sum(${running(MEMORY)})`,
            }),
          ],
          [
            4,
            stat({
              title: "Waiting for a connection",
              description:
                "Requests that wait for a connection of a database pool. Not 0 for long: the pool is too small or queries hang.",
              unit: Short,
              levels: { alert: 1 },
              expr: `sum(${WAITING}) or vector(0)`,
            }),
          ],
        ],
      },
      {
        title: "Processes",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Busy cores",
              description:
                "Cores that are busy, by program and mode. Much system time: many small writes or connections.",
              unit: Short,
              stacked: true,
              queries: [{ expr: perSecond(CPU, "job", "cpu_mode"), legend: "{{job}} {{cpu_mode}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Memory of a process",
              description:
                "The largest process of each program. A line that only climbs is a leak: take a heap snapshot.",
              unit: BytesIEC,
              queries: [{ expr: worst(MEMORY, "job"), legend: "{{job}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Heap used by program",
              description:
                "Of V8's limit, the fullest heap of each program. Near 1 the process spends its time collecting, then ends.",
              unit: PercentUnit,
              levels: HEAP_LEVELS,
              queries: [{ expr: worst(HEAP, "job"), legend: "{{job}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Event loop delay, p99",
              description: "The worst process of each program. Peaks at the same time as slow answers explain them.",
              unit: Seconds,
              levels: DELAY_LEVELS,
              queries: [{ expr: worst(DELAY, "job"), legend: "{{job}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Event loop utilization",
              description:
                "The busiest process of each program. Near 1 it cannot do more: add processes or move work to threads.",
              unit: PercentUnit,
              queries: [{ expr: worst(UTILIZATION, "job"), legend: "{{job}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Garbage collection",
              description:
                "Share of the time that goes into it, by program and kind. Above a tenth: too little heap or too many objects.",
              unit: PercentUnit,
              queries: [{ expr: timeShare(GC, "job", "v8js_gc_type"), legend: "{{job}} {{v8js_gc_type}}" }],
            }),
          ],
          [
            24,
            table({
              title: "Instances",
              description:
                "Every process that reports now. One that differs from the others of its program is the one to look at.",
              rows: { job: "Program", instance: "Instance" },
              columns: [
                { title: "Uptime", unit: Seconds, expr: worst(UPTIME, "job", "instance") },
                { title: "Busy cores", unit: Short, expr: running(perSecondOverall(CPU, "job", "instance")) },
                { title: "Memory", unit: BytesIEC, expr: worst(MEMORY, "job", "instance") },
                { title: "Heap used", unit: PercentUnit, levels: HEAP_LEVELS, expr: worst(HEAP, "job", "instance") },
                { title: "Delay p99", unit: Seconds, levels: DELAY_LEVELS, expr: worst(DELAY, "job", "instance") },
                { title: "Utilization", unit: PercentUnit, expr: worst(UTILIZATION, "job", "instance") },
              ],
              links: [
                toBoard("Its logs", "logs", { keep: ["environment"], set: { job: clickedCell("Program") } }),
                toBoard("Its API", "api", { keep: ["environment"], set: { job: clickedCell("Program") } }),
              ],
            }),
          ],
        ],
      },
      {
        title: "Connections and pools",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Database connections",
              description: "By pool and state. All used and none idle: requests wait, or soon will.",
              unit: Short,
              stacked: true,
              queries: [
                {
                  expr: `sum by (db_client_connection_pool_name, db_client_connection_state) (${CONNECTIONS})`,
                  legend: "{{db_client_connection_pool_name}}: {{db_client_connection_state}}",
                },
                {
                  expr: `sum by (db_client_connection_pool_name) (${WAITING})`,
                  legend: "{{db_client_connection_pool_name}}: waiting",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Pools",
              description: "Members of the pools that the program shows (watchPool), by state. waiting is to be 0.",
              unit: Short,
              stacked: true,
              queries: [
                {
                  expr: `sum by (pool, state) (pool_members{${INSTANCE}})`,
                  legend: "{{pool}}: {{state}}",
                },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Open resources",
              description:
                "What keeps the processes busy: sockets, timers, files, by type. A line that only climbs is not being closed.",
              unit: Short,
              queries: [{ expr: `sum by (type) (nodejs_active_resources{${INSTANCE}})`, legend: "{{type}}" }],
            }),
          ],
        ],
      },
    ],
  });
