/**
 * Whether the program and what it depends on is well: checks that it registers, the server and middleware that tell of them, and checks that
 * are ready to use. Owns the one set of checks in a process. A check that hangs, throws or lies must never harm the others or the program, no
 * secret may be in what is told, and nothing here keeps the process.
 */
export type { CheckOptions, HealthCheck } from "./check.ts";
export { databaseCheck } from "./checks/database.ts";
export { type HttpCheckOptions, type HttpExpectation, httpCheck } from "./checks/http.ts";
export { type LlmEndpointKind, type LlmEndpointOptions, llmEndpointCheck } from "./checks/llm-endpoint.ts";
export { type McpServerOptions, mcpServerCheck } from "./checks/mcp-server.ts";
export { type VectorStoreKind, type VectorStoreOptions, vectorStoreCheck } from "./checks/vector-store.ts";
export { checkHealth, healthCheck } from "./checks-of-process.ts";
export { type HealthMiddleware, type HealthMiddlewareOptions, healthMiddleware } from "./middleware.ts";
export type { CheckResult, HealthReport, HealthStatus } from "./report.ts";
export { type HealthServer, type HealthServerOptions, serveHealth } from "./server.ts";
export { type HealthSettings, startHealth } from "./start.ts";
