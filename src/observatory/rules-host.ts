import { join } from "node:path";
import type { Api } from "../api/index.ts";
import type { Clock, Diagnostics } from "../base/index.ts";
import type { EmbeddedConfig } from "../config/index.ts";
import {
  createRuleManager,
  type LoadedRules,
  loadRules,
  type RuleManager,
  type RuleQuery,
  rulesError,
} from "../rules/index.ts";
import { createLabels } from "../signals/index.ts";
import type { IngestClient } from "./ingest-client.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import { errorOf, plainSample } from "./plain.ts";
import type { QueryPool } from "./query-pool.ts";
import { packageFolder } from "./thread-file.ts";

export type RulesOptions = {
  readonly settings: EmbeddedConfig;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly metrics: OwnMetrics;
  readonly ingest: IngestClient;
  readonly pool: QueryPool;
};

export type Rules = {
  readonly api: Api;
  /** Begins to evaluate. Links in alerts begin with the URL. */
  readonly start: (externalUrl: string) => void;
  /** Reads the files again. Rejects with what is wrong with them; the rules stay as they are then. */
  readonly reload: () => Promise<void>;
  /** Brings the metrics of rules up to date. */
  readonly refresh: () => void;
  readonly close: () => Promise<void>;
};

const STATE_KEY = "rules";

const patternsOf = ({ rules }: EmbeddedConfig): readonly string[] =>
  rules.files ?? [join(packageFolder(), "alerts", "*.yml")];

/** An expression's value by a query thread. */
function createQuery(pool: QueryPool): RuleQuery {
  return async (expression, timeMs) => {
    const answer = await pool.run({ kind: "expression", expression, timeMs });
    switch (answer.kind) {
      case "samples":
        return answer.samples.map(({ labels, value }) => ({ labels: createLabels(labels), value }));
      case "error":
        throw errorOf(answer.error);
      case "expired":
        throw new Error("query timed out in expression evaluation");
      case "too-much-memory":
        throw new Error("the query needs more memory than a query thread has");
      default:
        throw new Error("no query can be run now");
    }
  };
}

/** Counts what each group did since it was last looked at. */
function createRuleCounts(metrics: OwnMetrics) {
  const lastMs = new Map<string, number>();
  return (groups: ReturnType<RuleManager["groups"]>): void => {
    for (const { file, name, rules, lastEvaluationMs, evaluationTimeMs } of groups) {
      const labels = { rule_group: `${file};${name}` };
      const isNew = lastEvaluationMs !== undefined && lastMs.get(labels.rule_group) !== lastEvaluationMs;
      if (isNew) lastMs.set(labels.rule_group, lastEvaluationMs);
      const failed = isNew ? rules.filter(({ health }) => health === "err").length : 0;
      metrics.add("prometheus_rule_evaluations_total", labels, isNew ? rules.length : 0);
      metrics.add("prometheus_rule_evaluation_failures_total", labels, failed);
      metrics.set("prometheus_rule_group_last_duration_seconds", labels, evaluationTimeMs / 1000);
    }
  };
}

/** Reads the rules and what is known of their alerts. Throws `ObservatoryError` where a file is wrong. */
export async function startRules(options: RulesOptions): Promise<Rules> {
  const { settings, clock, diagnostics, metrics, ingest, pool } = options;
  const patterns = patternsOf(settings);
  const loaded: LoadedRules = loadRules(patterns);
  if (loaded.problems.length > 0) throw rulesError(loaded.problems);
  const saved = await ingest.state.get(STATE_KEY);
  const count = createRuleCounts(metrics);
  let manager: RuleManager | undefined;
  return {
    api: {
      handles: () => false,
      handle: () => ({ status: 404, headers: { "content-type": "text/plain" }, body: "" }),
    },
    start: (externalUrl) => {
      manager = createRuleManager({
        groups: loaded.groups,
        query: createQuery(pool),
        append: (samples) =>
          ingest.append(
            samples.map(({ series, timeMs, value, stale }) => plainSample(series.labels, timeMs, value, stale)),
          ),
        notify: () => {},
        clock,
        state: {
          load: () => saved,
          // The thread that stores does one thing after the other: what is saved last stays.
          save: (text) =>
            void ingest.state
              .set(STATE_KEY, text)
              .catch((error: Error) =>
                diagnostics.warnOnce("rules state", `the state of alerts could not be stored: ${error.message}`),
              ),
        },
        externalUrl,
        onFault: (error) => diagnostics.warnOnce(`rules ${error.message}`, error.message),
      });
      manager.start();
    },
    reload: async () => {
      const { groups, problems } = loadRules(patterns);
      if (problems.length > 0) throw rulesError(problems);
      await manager?.replace(groups);
    },
    refresh: () => count(manager?.groups() ?? []),
    close: async () => manager?.close(),
  };
}
