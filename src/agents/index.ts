/**
 * What a program calls to name its agents, workflows, nodes and tools. May touch telemetry through its running handle only; without one every
 * wrapper still works and costs a no-op span. Must never change what the wrapped function takes, returns or throws.
 */
export { setQueueDepth } from "./queue-depth.ts";
export { type AgentOptions, agent, node, type ToolOptions, tool, workflow } from "./wrappers.ts";
