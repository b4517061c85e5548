import type { Labels } from "../signals/index.ts";

export type RecordingRule = {
  readonly kind: "recording";
  readonly name: string;
  /** As Prometheus prints it. */
  readonly query: string;
  /** Those of the group and the rule's own, which win. */
  readonly labels: Labels;
};

export type AlertingRule = {
  readonly kind: "alerting";
  readonly name: string;
  readonly query: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** Templates. */
  readonly labels: Labels;
  readonly annotations: Labels;
};

export type Rule = RecordingRule | AlertingRule;

export type RuleGroup = {
  readonly file: string;
  readonly name: string;
  /** undefined where the group leaves it to the default. */
  readonly intervalMs: number | undefined;
  /** Series or alerts that one rule may give; 0 is any number. */
  readonly limit: number;
  readonly queryOffsetMs: number;
  readonly rules: readonly Rule[];
};

/** Something a rule file (or unit test file) has that cannot be used. Lines and columns count from 1. */
export type RuleProblem = {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
};

export const writeProblem = ({ file, line, column, message }: RuleProblem): string =>
  line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`;
