import { join } from "node:path";
import {
  type AlertmanagerApi,
  type Api,
  createAlertmanagerApi,
  createRulesApi,
  type KnownAlert,
} from "../api/index.ts";
import { type Clock, type Diagnostics, ObservatoryError } from "../base/index.ts";
import { type EmbeddedConfig, NO_PAGE_ENVIRONMENTS } from "../config/index.ts";
import {
  createNotifier,
  createRuleManager,
  createSilences,
  fingerprint,
  loadRouting,
  loadRules,
  type Notifier,
  type Routing,
  type RuleGroup,
  type RuleManager,
  type RuleQuery,
  rulesError,
  tableLink,
  watchRuleFiles,
} from "../rules/index.ts";
import type { Labels } from "../signals/index.ts";
import type { IngestClient } from "./ingest-client.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import { unpackSamples } from "./packed-samples.ts";
import { errorOf } from "./plain.ts";
import type { QueryPool } from "./query-pool.ts";
import { storeFullIn, tellStoreFailure } from "./store-faults.ts";
import { packageFolder } from "./thread-file.ts";

export type RulesOptions = {
  readonly settings: EmbeddedConfig;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly metrics: OwnMetrics;
  readonly ingest: IngestClient;
  readonly pool: QueryPool;
  /** Of agent-observatory. */
  readonly version: string;
};

export type Rules = {
  readonly api: Api;
  /** Silences, and the alerts that they are for. */
  readonly alertmanager: AlertmanagerApi;
  /** Begins to evaluate. Links in alerts begin with the URL. */
  readonly start: (externalUrl: string) => void;
  /** Reads the files again. Rejects with what is wrong with them; the rules stay as they are then. */
  readonly reload: () => Promise<void>;
  /** Brings the metrics of rules up to date. */
  readonly refresh: () => void;
  readonly close: () => Promise<void>;
};

/** What is told each time that it begins. */
const RECURRING: ReadonlySet<string> = new Set(["AO_RULES_NOTIFY", "AO_RULES_FILE"]);
/** Diagnostics remember what they said. */
const MOST_RECURRED = 200;
const STATE_KEY = "rules";
const SILENCES_KEY = "silences";
/** Of the time that the end may take. */
const NOTIFY_WITHIN_MS = 1500;

/** A URL as it may be shown: names, passwords and parameters may be secrets. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return "";
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}

const routingOf = ({ rules }: EmbeddedConfig): Routing =>
  loadRouting({
    file: rules.routing ?? join(packageFolder(), "alertmanager", "alertmanager.yml"),
    noPageEnvironments: rules.noPageEnvironments ?? NO_PAGE_ENVIRONMENTS,
  });

/** Prometheus and Alertmanager know after so long who mutes whom; here it is once every rule was evaluated. */
const MOST_START_DELAY_MS = 90_000;
const USUAL_INTERVAL_MS = 15_000;
const startDelayMsOf = (groups: readonly RuleGroup[]): number =>
  Math.min(MOST_START_DELAY_MS, Math.max(0, ...groups.map(({ intervalMs = USUAL_INTERVAL_MS }) => intervalMs)));

const patternsOf = ({ rules }: EmbeddedConfig): readonly string[] =>
  rules.files ?? [join(packageFolder(), "alerts", "*.yml")];

/** An expression's value by a query thread. */
function createQuery(pool: QueryPool): RuleQuery {
  return async (expression, timeMs) => {
    const answer = await pool.run({ kind: "expression", expression, timeMs });
    switch (answer.kind) {
      case "samples":
        return unpackSamples(answer.samples);
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

/** Counts what each group did since it was last looked at, however often that was. */
function createRuleCounts(metrics: OwnMetrics) {
  const last = new Map<string, { readonly evaluations: number; readonly failures: number }>();
  // A group that was gone for a while counts from 0 again.
  const grown = (now: number, before: number): number => (now < before ? now : now - before);
  return (groups: ReturnType<RuleManager["groups"]>): void => {
    for (const { file, name, ruleEvaluations, ruleFailures, evaluationTimeMs } of groups) {
      const labels = { rule_group: `${file};${name}` };
      const before = last.get(labels.rule_group) ?? { evaluations: 0, failures: 0 };
      last.set(labels.rule_group, { evaluations: ruleEvaluations, failures: ruleFailures });
      metrics.add("prometheus_rule_evaluations_total", labels, grown(ruleEvaluations, before.evaluations));
      metrics.add("prometheus_rule_evaluation_failures_total", labels, grown(ruleFailures, before.failures));
      metrics.set("prometheus_rule_group_last_duration_seconds", labels, evaluationTimeMs / 1000);
    }
  };
}

/** As Alertmanager's metrics count what it sends. */
function createNotificationCounts(metrics: OwnMetrics) {
  const last = new Map<number, { readonly posts: number; readonly failedPosts: number }>();
  return (stats: ReturnType<Notifier["stats"]>): void => {
    for (const [index, now] of stats.entries()) {
      const before = last.get(index) ?? { posts: 0, failedPosts: 0 };
      last.set(index, now);
      const integration = { integration: now.kind };
      metrics.add("alertmanager_notifications_total", integration, now.posts - before.posts);
      metrics.add("alertmanager_notifications_failed_total", integration, now.failedPosts - before.failedPosts);
    }
  };
}

/** What fires, as an Alertmanager would know it from what it is told. */
function firingAlerts(groups: ReturnType<RuleManager["groups"]>, externalUrl: string): KnownAlert[] {
  return groups.flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      rule.type !== "alerting"
        ? []
        : rule.alerts.flatMap(({ state, labels, annotations, activeAtMs, ...times }) => {
            if (state !== "firing") return [];
            const { firedAtMs = activeAtMs, lastSentAtMs = firedAtMs, validUntilMs = lastSentAtMs } = times;
            return {
              labels,
              annotations,
              fingerprint: fingerprint(labels),
              startsAtMs: firedAtMs,
              endsAtMs: validUntilMs,
              updatedAtMs: lastSentAtMs,
              generatorUrl: externalUrl + tableLink(rule.query),
            };
          }),
    ),
  );
}

/** Reads the rules and what is known of their alerts. Throws `ObservatoryError` where a file is wrong. */
export async function startRules(options: RulesOptions): Promise<Rules> {
  const { settings, clock, diagnostics, metrics, ingest, pool, version } = options;
  const patterns = patternsOf(settings);
  const { groups, problems } = loadRules(patterns);
  if (problems.length > 0) throw rulesError(problems);
  const routing = routingOf(settings);
  const saved = await ingest.state.get(STATE_KEY);
  const [countRules, countNotifications] = [createRuleCounts(metrics), createNotificationCounts(metrics)];
  let recurred = 0;
  const onFault = (error: Error): void => {
    const full = storeFullIn(error);
    if (full !== undefined) {
      tellStoreFailure(diagnostics, full.message);
      return;
    }
    let key = `rules ${error.message}`;
    // Who tells of these does it once until all is well again; then it is news.
    if (error instanceof ObservatoryError && RECURRING.has(error.code)) {
      recurred += 1;
      key += ` ${Math.min(recurred, MOST_RECURRED)}`;
    }
    diagnostics.warnOnce(key, error.message);
  };
  const { alertmanagers, webhooks, watchdogs = [] } = settings.rules;
  let notifier: Notifier | undefined;
  const silences = createSilences({
    clock,
    saved: await ingest.state.get(SILENCES_KEY),
    save: (text) => ingest.state.set(SILENCES_KEY, text),
    onChange: () => notifier?.silencesChanged(),
    onFault,
  });
  let linked = "";
  let manager: RuleManager | undefined;
  const reload = async (): Promise<void> => {
    const now = loadRules(patterns);
    if (now.problems.length > 0) throw rulesError(now.problems);
    await manager?.replace(now.groups);
  };
  const watched = watchRuleFiles(patterns, () => void reload().catch(onFault));
  return {
    api: createRulesApi({
      groups: () => manager?.groups() ?? [],
      alertmanagers: () => alertmanagers.map(withoutSecrets),
    }),
    alertmanager: createAlertmanagerApi({
      silences,
      alerts: () => firingAlerts(manager?.groups() ?? [], linked),
      inhibiting: (labels) => notifier?.inhibiting(labels) ?? [],
      version,
      startedMs: clock.nowMs(),
    }),
    start: (externalUrl) => {
      linked = externalUrl;
      const isSilenced = (labels: Labels): boolean => silences.silencing(labels).length > 0;
      const sender = createNotifier({
        alertmanagers,
        webhooks,
        watchdogs,
        routing,
        startDelayMs: saved === undefined ? 0 : startDelayMsOf(groups),
        externalUrl,
        isSilenced,
        clock,
        onFault,
      });
      notifier = sender;
      manager = createRuleManager({
        groups,
        query: createQuery(pool),
        append: (samples) =>
          ingest.append(
            samples.map(({ series: { labels }, timeMs, value, stale }) => ({
              labels,
              timeMs,
              value,
              ...(stale === true && { stale }),
            })),
          ),
        notify: sender.notify,
        clock,
        state: {
          load: () => saved,
          // The thread that stores does one thing after the other: what is saved last stays.
          save: (text) => void ingest.state.set(STATE_KEY, text).catch(onFault),
        },
        externalUrl,
        onFault,
      });
      manager.start();
    },
    reload,
    refresh: () => {
      countRules(manager?.groups() ?? []);
      countNotifications(notifier?.stats() ?? []);
    },
    close: async () => {
      watched.close();
      await manager?.close();
      await notifier?.close(NOTIFY_WITHIN_MS);
    },
  };
}
