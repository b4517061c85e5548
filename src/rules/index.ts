/**
 * Alerting and recording rules as Prometheus has them: rule files, their evaluation with the states of alerts over time and restarts,
 * notifications, and unit tests. Owns rule files and the clock of evaluations; queries and samples are handed in. docs/rules.md.
 */

export {
  type AlertingRule,
  type RecordingRule,
  type Rule,
  type RuleGroup,
  type RuleProblem,
  writeProblem,
} from "./definition.ts";
export type { Alert } from "./engine/alert.ts";
export type {
  AlertingRuleStatus,
  AlertStatus,
  RecordingRuleStatus,
  RuleGroupState,
  RuleStatus,
} from "./engine/group-state.ts";
export { createRuleManager, type RuleManager, type RuleManagerOptions } from "./engine/manager.ts";
export type { RuleQuery } from "./engine/rule-runner.ts";
export type { StateStore } from "./engine/saved-state.ts";
export { vectorOf } from "./engine/vector-of.ts";
export { findRuleFiles, type LoadedRules, loadRules, rulesError } from "./load.ts";
export { fingerprint } from "./notifier/fingerprint.ts";
export { createNotifier, type Notifier, type NotifierOptions } from "./notifier/notifier.ts";
export type { ReceiverStats } from "./notifier/receiver.ts";
export { loadRouting, type RoutingOptions } from "./routing/load-routing.ts";
export { groupLabelsOf, type Route, type Routing, routesOf } from "./routing/routing.ts";
export { parseRuleFile } from "./rule-file.ts";
export {
  compileMatchers,
  type Silence,
  SilenceError,
  type SilenceMatcher,
  type SilenceState,
} from "./silences/silence.ts";
export {
  createSilences,
  type KnownSilence,
  type SilenceDraft,
  type Silences,
  type SilencesOptions,
} from "./silences/silences.ts";
export type { VectorElement } from "./templates/functions.ts";
export { tableLink } from "./templates/functions.ts";
export { writeTestReport } from "./unit-tests/report.ts";
export { type RuleTestFailure, type RuleTestReport, runRuleTests } from "./unit-tests/run.ts";
export { parseMetric, parseSeriesValues, SeriesNotationError, type Slot } from "./unit-tests/series-notation.ts";
export { type RuleFileWatch, watchRuleFiles } from "./watch.ts";
