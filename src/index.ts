/** What a program may call. All of it works, as a no-op, where the package was not preloaded. */
export { type AgentOptions, agent, node, setQueueDepth, type ToolOptions, tool, workflow } from "./agents/index.ts";
export { createLogger, type Logger, type LoggerOptions } from "./logging/index.ts";
