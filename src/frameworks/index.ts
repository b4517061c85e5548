/**
 * What does not show on the wire: agents, graphs and tools of frameworks, and the program's own loggers. Hooks module loading for a
 * fixed list of files; may touch errors and model; must never replace an export.
 */
export { type AiSdkAdapter, createAiSdkAdapter } from "./ai-sdk/index.ts";
export { bunyanAdapter } from "./bunyan.ts";
export { createClaudeAgentAdapter } from "./claude-agent/index.ts";
export { watchConsole } from "./console.ts";
export { type Coverage, type Covered, createCoverage, type LibraryStatus } from "./coverage.ts";
export { type DatabasePoolsOptions, databasePoolFiles } from "./database-pools.ts";
export { watchFastify } from "./fastify.ts";
export { honoAdapter } from "./hono.ts";
export { BACKGROUND_SCOPES, instrumentedPackages } from "./instrumentations.ts";
export { createLangChainAdapter, type LangChainAdapter } from "./langchain/index.ts";
export { isSupported, LIBRARIES, type Library } from "./libraries.ts";
export { createLlamaIndexAdapter } from "./llamaindex/index.ts";
export type { LogTap } from "./log-tap.ts";
export { createMcpAdapter, type McpAdapter, type McpSession } from "./mcp/index.ts";
export { installModuleHooks } from "./module-hooks.ts";
export { createOpenAiAgentsAdapter, type OpenAiAgentsAdapter } from "./openai-agents/index.ts";
export { pinoAdapter } from "./pino.ts";
export { winstonAdapter } from "./winston.ts";
