/**
 * Structured loggers on winston for programs that want one: lines with the ids of span and context, to console, files, syslog and OTLP, without
 * secrets and personal data. Owns winston, which is loaded with the first logger, and the log files. Must never throw into the program, and
 * never hold a line back: what was logged is out when the call returns.
 */

export type { Logger } from "winston";
export {
  type AgentActionLog,
  type CacheOperationLog,
  type LlmRequestLog,
  logAgentAction,
  logCacheOperation,
  logLlmRequest,
  logWorkflowEvent,
  type WorkflowEventLog,
} from "./events.ts";
export { createLogger, type LoggerOptions, setLogLevel } from "./logger.ts";
