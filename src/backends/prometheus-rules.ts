import {
  AnswerMismatch,
  instant,
  list,
  listOrNull,
  members,
  number,
  object,
  optional,
  type Reader,
  sampleValue,
  text,
} from "./answer.ts";
import { type Labels, labels } from "./samples.ts";

/** A rule that was not evaluated yet is `unknown`; an alert never is. */
export type AlertState = "unknown" | "inactive" | "pending" | "firing";

export type Alert = {
  readonly labels: Labels;
  /** With their templates filled in. */
  readonly annotations: Labels;
  readonly state: AlertState;
  readonly activeSinceMs: number | undefined;
  readonly value: number;
};

type RuleFacts = {
  readonly name: string;
  readonly query: string;
  readonly labels: Labels;
  readonly health: "ok" | "err" | "unknown";
  readonly lastError: string | undefined;
  readonly lastEvaluationMs: number | undefined;
  readonly evaluationS: number;
};
export type AlertingRule = RuleFacts & {
  readonly type: "alerting";
  readonly state: AlertState;
  readonly forS: number;
  readonly keepFiringForS: number;
  /** As in the rule file, with their templates. */
  readonly annotations: Labels;
  readonly alerts: readonly Alert[];
};
export type RecordingRule = RuleFacts & { readonly type: "recording" };
export type Rule = AlertingRule | RecordingRule;

export type RuleGroup = {
  readonly name: string;
  readonly file: string;
  readonly intervalS: number;
  readonly rules: readonly Rule[];
};

/** One of a few words; anything else is a mismatch that lists them. */
const word =
  <const W extends string>(...words: readonly W[]): Reader<W> =>
  (value, at) => {
    const found = words.find((one) => one === value);
    if (found === undefined) throw new AnswerMismatch(at, words.join(", "), value);
    return found;
  };

const alertState = word("unknown", "inactive", "pending", "firing");
const noLabels: Labels = {};

export const alert: Reader<Alert> = (value, at) => {
  const { activeAt, ...read } = object({
    labels,
    annotations: optional(labels, noLabels),
    state: alertState,
    activeAt: optional(instant, undefined),
    value: sampleValue,
  })(value, at);
  return { ...read, activeSinceMs: activeAt };
};

const facts: Reader<RuleFacts> = (value, at) => {
  const { lastEvaluation, evaluationTime, ...read } = object({
    name: text,
    query: text,
    labels: optional(labels, noLabels),
    health: word("ok", "err", "unknown"),
    lastError: optional(text, undefined),
    lastEvaluation: optional(instant, undefined),
    evaluationTime: optional(number, 0),
  })(value, at);
  return { ...read, lastEvaluationMs: lastEvaluation, evaluationS: evaluationTime };
};

const rule: Reader<Rule> = (value, at) => {
  const type = word("alerting", "recording")(members(value, at)["type"], `${at}.type`);
  if (type === "recording") return { type, ...facts(value, at) };
  const { duration, keepFiringFor, ...read } = object({
    state: alertState,
    duration: number,
    keepFiringFor: optional(number, 0),
    annotations: optional(labels, noLabels),
    alerts: listOrNull(alert),
  })(value, at);
  return { type, ...facts(value, at), ...read, forS: duration, keepFiringForS: keepFiringFor };
};

export const ruleGroup: Reader<RuleGroup> = (value, at) => {
  const { interval, ...read } = object({ name: text, file: optional(text, ""), interval: number, rules: list(rule) })(
    value,
    at,
  );
  return { ...read, intervalS: interval };
};
