/** What `init` asks for. */
export type Answers = {
  readonly serviceName: string;
  readonly environment: string;
  /** Base URL of an OTLP receiver, or `console`. */
  readonly endpoint: string;
  readonly captureContent: boolean;
  /** From here on a run is slow, or dear: it is kept whatever the share of traces says. */
  readonly slowerThanSeconds: number;
  readonly costlierThanUsd: number;
  /** What one run may cost; 0 for no budget. */
  readonly budgetPerRunUsd: number;
  /** Whether further calls are stopped where it is spent, or it is only told. */
  readonly budgetBlocks: boolean;
};

/** JSON strings are strings of YAML. A dollar sign before a brace would be a reference. */
const quoted = (text: string): string =>
  JSON.stringify(/^[A-Za-z][\w./:@-]*$/.test(text) ? text : text.replaceAll("${", () => "$${"));
const plain = (text: string): string =>
  /^[A-Za-z][\w-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text) ? text : quoted(text);

/** observatory.yaml with comments. `schema` is where its JSON Schema is, for editors. */
export function writeConfig(answers: Answers, schema: string): string {
  const { serviceName, environment, endpoint, captureContent, slowerThanSeconds, costlierThanUsd } = answers;
  const { budgetPerRunUsd, budgetBlocks } = answers;
  const exporter =
    endpoint === "console"
      ? ["  # Traces are printed. To send them: otlp.", "  exporter: console"]
      : [
          "  # Who takes OTLP over HTTP: agent-observatory serve, the stack, or a collector.",
          "  otlp:",
          `    endpoint: ${quoted(endpoint)}`,
          "    # headers:",
          `    #   x-api-key: $\{COLLECTOR_KEY}`,
        ];
  const budget =
    budgetPerRunUsd === 0
      ? ["  # budgets:", "  #   limits:", "  #     - { name: per-run, per: run, limit: { usd: 1 }, mode: warn }"]
      : [
          "  budgets:",
          "    limits:",
          `      - { name: per-run, per: run, limit: { usd: ${budgetPerRunUsd} }, mode: ${budgetBlocks ? "block" : "warn"} }`,
        ];
  return `# yaml-language-server: $schema=${schema}
#
# Configuration of agent-observatory; every key: docs/configuration.md of the package. Variables of the environment come before
# this file. Values may refer to them: \${NAME}, \${NAME:-default}. Keep secrets out of it that way.
telemetry:
  serviceName: ${plain(serviceName)}
  # Alerts and dashboards tell production from the rest by it.
  environment: \${AGENT_ENVIRONMENT:-${environment.replace(/[}\s]/g, "")}}

${exporter.join("\n")}

  # Prompts, answers, arguments and results of tools, redacted. Off: only numbers, names and times.
  captureContent: ${captureContent}

  # Share of traces that are sent, 0 to 1; metrics count all. What failed, was slow or dear is sent whatever the share.
  sampleRatio: 1
  sampling:
    keepErrors: true
    keepSlowerThanMs: ${Math.round(slowerThanSeconds * 1000)}
    keepCostlierThanUsd: ${costlierThanUsd}

  # What calls to models may cost, by run, session, user, agent, hour or day. warn tells; block stops further calls as well.
${budget.join("\n")}

  # Metrics can be pulled as well: http://127.0.0.1:9464/metrics
  # metrics:
  #   pullPort: 9464

# The embedded process: agent-observatory serve, agent-observatory dev.
# embedded:
#   port: 4319
#   retention:
#     maxAge: 15d
#   rules:
#     files: [node_modules/agent-observatory/alerts/*.yml, observatory/alerts/*.yml]
`;
}
