/** What differs from one place to another. Where telemetry goes is not here: that is the preload's affair. */
export type Settings = {
  readonly port: number;
  /** For probes and Prometheus only; customers do not reach it. */
  readonly operatorPort: number;
  readonly databaseUrl: string;
  readonly vectorStoreUrl: string;
  readonly statusPageUrl: string;
  readonly model: { readonly url: string; readonly apiKey: string };
  /** Staff show it to decide on refunds and to read the insights. */
  readonly staffToken: string;
  /** A refund above this is a person's decision. */
  readonly refundLimitUsd: number;
  /** What the answers of one session may cost before the desk stops. */
  readonly sessionBudgetUsd: number;
  /** What a day may cost before somebody is told. */
  readonly dailyBudgetUsd: number;
  /** Messages of one user in a minute. */
  readonly messagesPerMinute: number;
};

/** Reads the environment. Throws for what is missing: a service without its database is better not started. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const text = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === "") throw new Error(`${name} is not set; README.md lists the variables`);
    return value;
  };
  const number = (name: string, fallback: number): number => {
    const value = Number(env[name] ?? fallback);
    if (Number.isNaN(value)) throw new Error(`${name} is to be a number, and is ${JSON.stringify(env[name])}`);
    return value;
  };
  return {
    port: number("PORT", 8080),
    operatorPort: number("OPERATOR_PORT", 8081),
    databaseUrl: text("DATABASE_URL"),
    vectorStoreUrl: text("VECTOR_STORE_URL"),
    statusPageUrl: text("STATUS_PAGE_URL"),
    model: { url: text("OPENAI_BASE_URL"), apiKey: text("OPENAI_API_KEY") },
    staffToken: text("STAFF_TOKEN"),
    refundLimitUsd: number("REFUND_LIMIT_USD", 100),
    sessionBudgetUsd: number("SESSION_BUDGET_USD", 0.05),
    dailyBudgetUsd: number("DAILY_BUDGET_USD", 20),
    messagesPerMinute: number("MESSAGES_PER_MINUTE", 30),
  };
}
