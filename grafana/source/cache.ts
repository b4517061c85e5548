import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PercentUnit, RequestsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { board } from "./board.ts";
import { clickedLabel, toBoard, toTraces } from "./data-links.ts";
import { levelsOf, percent } from "./levels.ts";
import { chart, stat, table } from "./panels.ts";
import {
  CACHE,
  counted,
  countedAmong,
  countedOrZero,
  mean,
  PROCESS,
  perMinute,
  quantile,
  quantileOverTime,
  share,
  shareOverTime,
  where,
} from "./promql.ts";
import { THRESHOLDS } from "./thresholds.ts";
import * as variables from "./variables.ts";

const OPERATIONS = `cache_operations_total{${CACHE}}`;
const HITS = where(OPERATIONS, 'outcome="hit"');
const LOOKUPS = where(OPERATIONS, 'outcome=~"hit|miss"');
const FAILED = where(OPERATIONS, 'outcome="error"');
const ALL_CACHES = counted(OPERATIONS, "cache", "kind", "job");
const DURATION = `cache_operation_duration_seconds{${CACHE}}`;
const HIT_DURATION = where(DURATION, 'outcome="hit"');
const MISS_DURATION = where(DURATION, 'outcome="miss"');
const INPUT = `llm_tokens_total{${PROCESS}, type="input"}`;
const CACHED = `llm_tokens_total{${PROCESS}, type="cached"}`;
const VECTOR = `vector_operations_total{${PROCESS}}`;
const VECTOR_FAILED = where(VECTOR, 'status="error"');
const VECTOR_DURATION = `vector_operation_duration_seconds{${PROCESS}}`;
const RESULTS = `vector_results_returned{${PROCESS}}`;

const DATABASE_LEVELS = levelsOf(THRESHOLDS.databaseErrorRatio);

export const cache = (): Dashboard =>
  board("cache", {
    description: "What do the caches save, and do the vector stores answer well?",
    datasources: ["prometheus", "jaeger"],
    variables: [variables.environment(), variables.job(), variables.cache(), variables.tracedService()],
    sections: [
      {
        title: "At a glance",
        height: 4,
        panels: [
          [
            4,
            stat({
              title: "Exact hit rate",
              description:
                "Hits by hits and misses of exact caches. A fall after a release mostly means that the keys have changed.",
              unit: PercentUnit,
              expr: share(where(HITS, 'kind="exact"'), where(LOOKUPS, 'kind="exact"')),
            }),
          ],
          [
            4,
            stat({
              title: "Semantic hit rate",
              description:
                "Hits by hits and misses of semantic caches. Very high: is the similarity threshold so low that wrong answers come back?",
              unit: PercentUnit,
              expr: share(where(HITS, 'kind="semantic"'), where(LOOKUPS, 'kind="semantic"')),
            }),
          ],
          [
            4,
            stat({
              title: "Hit, p95",
              description:
                "One in twenty hits took longer. A cache is worth it only while this is far below a model call.",
              unit: Seconds,
              expr: quantile(0.95, HIT_DURATION),
            }),
          ],
          [
            4,
            stat({
              title: "Cache errors",
              description:
                "Operations that failed: their answers were computed anew, at full price. See the cache's own logs.",
              unit: Short,
              levels: { alert: 1 },
              expr: countedOrZero(FAILED),
            }),
          ],
          [
            4,
            stat({
              title: "Cached by providers",
              description:
                "Input tokens that model providers had in their own cache and charge less for. More of it: keep the beginning of prompts the same.",
              unit: Short,
              expr: countedOrZero(CACHED),
            }),
          ],
          [
            4,
            stat({
              title: "Failed vector operations",
              description: `Share of the operations of vector stores that failed. Alert above ${percent(THRESHOLDS.databaseErrorRatio.limit)}.`,
              unit: PercentUnit,
              levels: DATABASE_LEVELS,
              expr: share(VECTOR_FAILED, VECTOR),
            }),
          ],
        ],
      },
      {
        title: "Caches",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Hit rate",
              description: "By cache and kind. Half of yesterday's at the same hour raises an alert.",
              unit: PercentUnit,
              queries: [{ expr: shareOverTime(HITS, LOOKUPS, "cache", "kind"), legend: "{{cache}} ({{kind}})" }],
            }),
          ],
          [
            8,
            chart({
              title: "Operations",
              description: "By outcome. As many sets as misses is what a healthy cache shows; errors are to be none.",
              unit: RequestsPerMinute,
              stacked: true,
              links: [toBoard("What the logs say", "logs", { keep: ["environment", "job"] })],
              queries: [{ expr: perMinute(OPERATIONS, "outcome"), legend: "{{outcome}}" }],
            }),
          ],
          [
            8,
            chart({
              title: "Duration, p95",
              description: "By outcome. What a miss takes is added to the call that follows. A dot opens the trace.",
              unit: Seconds,
              exemplars: true,
              queries: [{ expr: quantileOverTime(0.95, DURATION, "outcome"), legend: "{{outcome}}" }],
            }),
          ],
          [
            14,
            table({
              title: "Caches",
              description:
                "Every cache of the selected programs. Low hit rate and many sets: what is kept is not asked for again.",
              rows: { cache: "Cache", kind: "Kind", job: "Program" },
              columns: [
                { title: "Lookups", unit: Short, expr: counted(LOOKUPS, "cache", "kind", "job") },
                { title: "Hit rate", unit: PercentUnit, expr: share(HITS, LOOKUPS, "cache", "kind", "job") },
                { title: "Hit p95", unit: Seconds, expr: quantile(0.95, HIT_DURATION, "cache", "kind", "job") },
                { title: "Miss p95", unit: Seconds, expr: quantile(0.95, MISS_DURATION, "cache", "kind", "job") },
                {
                  title: "Sets",
                  unit: Short,
                  expr: countedAmong(where(OPERATIONS, 'outcome="set"'), ALL_CACHES, "cache", "kind", "job"),
                },
                {
                  title: "Errors",
                  unit: Short,
                  levels: { alert: 1 },
                  expr: countedAmong(FAILED, ALL_CACHES, "cache", "kind", "job"),
                },
              ],
            }),
          ],
          [
            10,
            chart({
              title: "Input from the providers' caches",
              description:
                "Share of input tokens that a provider had cached, by model. Near 0 with long, equal instructions: put what changes last.",
              unit: PercentUnit,
              links: [
                toBoard("What it costs", "llmCost", {
                  keep: ["environment", "job"],
                  set: { model: clickedLabel("model") },
                }),
              ],
              queries: [{ expr: shareOverTime(CACHED, INPUT, "model"), legend: "{{model}}" }],
            }),
          ],
        ],
      },
      {
        title: "Vector stores",
        height: 8,
        panels: [
          [
            8,
            chart({
              title: "Vector operations",
              description:
                "By store and operation. More queries than agent runs: the same search is made again within a run.",
              unit: RequestsPerMinute,
              stacked: true,
              links: [
                toTraces("Failed operations", {
                  tags: `error=true db.system.name="${clickedLabel("db_system_name")}"`,
                }),
              ],
              queries: [
                { expr: perMinute(VECTOR, "db_system_name", "operation"), legend: "{{db_system_name}}: {{operation}}" },
              ],
            }),
          ],
          [
            8,
            chart({
              title: "Vector duration, p95",
              description:
                "By store and operation. Slower as the collection grows: look at its index. A dot is one operation: click it to open its trace.",
              unit: Seconds,
              exemplars: true,
              queries: [
                {
                  expr: quantileOverTime(0.95, VECTOR_DURATION, "db_system_name", "operation"),
                  legend: "{{db_system_name}}: {{operation}}",
                },
              ],
            }),
          ],
          [
            8,
            table({
              title: "Vector stores",
              description: "Few results of a search starve the model, many cost tokens. Failures are in the traces.",
              rows: { db_system_name: "Store" },
              columns: [
                { title: "Operations", unit: Short, expr: counted(VECTOR, "db_system_name") },
                {
                  title: "Failed",
                  unit: PercentUnit,
                  levels: DATABASE_LEVELS,
                  expr: share(VECTOR_FAILED, VECTOR, "db_system_name"),
                },
                { title: "Results", unit: Short, expr: mean(RESULTS, "db_system_name") },
              ],
            }),
          ],
          [
            24,
            table({
              title: "Collections",
              description:
                "Dimensions of the vectors. Two numbers for what ought to be one: two embedding models are in use.",
              rows: { db_system_name: "Store", collection: "Collection", job: "Program" },
              columns: [
                {
                  title: "Dimensions",
                  unit: Short,
                  expr: `max by (db_system_name, collection, job) (vector_dimensions{${PROCESS}})`,
                },
              ],
            }),
          ],
        ],
      },
    ],
  });
