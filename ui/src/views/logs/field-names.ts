/** Names of fields as people type them, and as Loki has them. */

const ALIASES: Readonly<Record<string, string>> = {
  agent: "gen_ai_agent_name",
  tool: "gen_ai_tool_name",
  model: "gen_ai_request_model",
  session: "session_id",
  user: "user_id",
  level: "detected_level",
  trace: "trace_id",
  span: "span_id",
  service: "service_name",
  environment: "deployment_environment_name",
  version: "service_version",
  logger: "scope_name",
  error: "agent_observatory_error_fingerprint",
  category: "agent_observatory_error_category",
};
const SHORT = new Map(Object.entries(ALIASES).map(([short, long]) => [long, short]));

/** Every level that Loki finds, the least first. */
export const LEVELS = ["trace", "debug", "info", "warn", "error", "critical", "fatal"] as const;
const LEVEL_WORDS: Readonly<Record<string, string>> = {
  warning: "warn",
  err: "error",
  crit: "critical",
  information: "info",
  dbg: "debug",
};

export const LEVEL_FIELD = "detected_level";
export const SERVICE_FIELD = "service_name";

/** Loki writes attributes with underscores. */
export const fieldName = (typed: string): string =>
  Object.hasOwn(ALIASES, typed) ? (ALIASES[typed] ?? typed) : typed.replace(/[^\w]/g, "_");
export const shortName = (name: string): string => SHORT.get(name) ?? name;
export const isAlias = (typed: string): boolean => Object.hasOwn(ALIASES, typed);
export const levelName = (typed: string): string => LEVEL_WORDS[typed.toLowerCase()] ?? typed.toLowerCase();
