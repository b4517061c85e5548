/** What an alert asks for: wake somebody now, write a ticket for this week, or nothing but to be looked up. */
export type Severity = "page" | "ticket" | "log";

/** Rules as data; files.ts writes them as Prometheus reads them. */
export type Recording = {
  /** level:metric:operations. */
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly comment?: string;
};

export type Alert = {
  /** Subject and state in CamelCase; also the name of its runbook. */
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keepFiringFor?: string;
  readonly severity: Severity;
  /** More labels. They never have a value that changes: that would make a new alert of it. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The same for all alerts of a group: without templates. */
  readonly summary: string;
  readonly description: string;
  readonly dashboard: DashboardLink;
  readonly comment?: string;
};

/** A board, and which of its variables have the values of which labels of the alert. */
export type DashboardLink = { readonly uid: string; readonly variables?: Readonly<Record<string, string>> };

export type RuleGroup = {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (Recording | Alert)[];
};

/** One file of alerts/. */
export type RuleFile = { readonly name: string; readonly comment?: string; readonly groups: readonly RuleGroup[] };

/** The labels of a process; `job` and the environment are on every series that a program sends. */
export const PROCESS = ["deployment_environment_name", "job"] as const;
