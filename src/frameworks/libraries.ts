/** Libraries of which it is worth saying whether they are observed, and by what they are known when they are at work. */
export type Library = {
  /** As in `node_modules`. */
  readonly packageName: string;
  /** `wire`: by what it sends, whatever its version. `adapter`, `instrumentation`: by hooks, which must be there before it is loaded. */
  readonly seenBy: "wire" | "adapter" | "instrumentation";
  /** Versions that work: from the first, below the second. All where it is not given. */
  readonly versions?: readonly [from: string, below: string];
  /** How it names itself in the `user-agent` of its requests; the first group is its version. */
  readonly userAgent?: RegExp;
  /** `agent_observatory.framework` of its spans. */
  readonly framework?: string;
  /** Name of the OpenTelemetry instrumentation whose spans show it. */
  readonly scope?: string;
};

const onWire = (packageName: string, userAgent?: RegExp): Library => ({
  packageName,
  seenBy: "wire",
  ...(userAgent !== undefined && { userAgent }),
});
const adapted = (packageName: string, framework: string, from: string, below: string): Library => ({
  packageName,
  seenBy: "adapter",
  versions: [from, below],
  framework,
});
/** Versions by the instrumentations' own documentation. */
const instrumented = (packageName: string, from: string, below: string): Library => ({
  packageName,
  seenBy: "instrumentation",
  versions: [from, below],
  scope: `@opentelemetry/instrumentation-${packageName}`,
});

export const LIBRARIES: readonly Library[] = [
  onWire("openai", /\b(?:Azure)?OpenAI\/JS (\d[\w.-]*)/),
  onWire("@anthropic-ai/sdk", /\bAnthropic\w*\/JS (\d[\w.-]*)/),
  onWire("@google/genai", /\bgoogle-genai-sdk\/(\d[\w.-]*)/),
  onWire("@google/generative-ai"),
  onWire("@google-cloud/vertexai", /\bmodel-builder\/(\d[\w.-]*)/),
  onWire("@aws-sdk/client-bedrock-runtime", /\baws-sdk-js\/(\d[\w.-]*).*\bapi\/bedrock-runtime\b/),
  onWire("cohere-ai", /\bcohere-ai\/(\d[\w.-]*)/),
  onWire("@mistralai/mistralai", /\bspeakeasy-sdk\/typescript (\d[\w.-]*).*@mistralai\/mistralai/),
  onWire("ollama", /\bollama-js\/(\d[\w.-]*)/),
  onWire("groq-sdk", /\bGroq\/JS (\d[\w.-]*)/),
  adapted("@langchain/core", "langchain", "1.0.0", "2.0.0"),
  { ...adapted("ai", "ai-sdk", "5.0.0", "8.0.0"), userAgent: /(?:^|\s)ai\/(\d[\w.-]*)/ },
  adapted("@openai/agents-core", "openai-agents", "0.1.0", "1.0.0"),
  adapted("@modelcontextprotocol/sdk", "mcp", "1.0.0", "2.0.0"),
  adapted("@modelcontextprotocol/client", "mcp", "2.0.0", "3.0.0"),
  adapted("@modelcontextprotocol/server", "mcp", "2.0.0", "3.0.0"),
  adapted("@llamaindex/core", "llamaindex", "0.6.0", "0.7.0"),
  adapted("@anthropic-ai/claude-agent-sdk", "claude-agent", "0.1.0", "1.0.0"),
  adapted("winston", "winston", "3.0.0", "4.0.0"),
  adapted("pino", "pino", "7.0.0", "11.0.0"),
  adapted("bunyan", "bunyan", "1.0.0", "3.0.0"),
  adapted("fastify", "fastify", "4.0.0", "6.0.0"),
  adapted("hono", "hono", "4.0.0", "5.0.0"),
  instrumented("pg", "8.0.3", "9.0.0"),
  instrumented("mysql2", "1.4.2", "4.0.0"),
  instrumented("mongodb", "3.3.0", "8.0.0"),
  instrumented("redis", "2.6.0", "7.0.0"),
  instrumented("ioredis", "2.0.0", "7.0.0"),
  instrumented("express", "4.0.0", "6.0.0"),
  instrumented("koa", "2.0.0", "4.0.0"),
  instrumented("kafkajs", "0.3.0", "3.0.0"),
  instrumented("amqplib", "0.5.5", "3.0.0"),
];

const numbersOf = (version: string): number[] => (version.split(/[-+]/, 1)[0] ?? "").split(".").map(Number);

function isBefore(version: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(version), numbersOf(other)];
  for (const [at, number] of theirs.entries()) {
    const own = mine[at] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}

/** Whether the library works in this version. What has no version that can be read is not doubted. */
export function isSupported({ versions }: Library, version: string | undefined): boolean {
  if (versions === undefined || version === undefined || !/^\d/.test(version)) return true;
  return !isBefore(version, versions[0]) && isBefore(version, versions[1]);
}
