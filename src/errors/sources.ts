/** Who saw an error first: a failed span of one of these kinds, a line of a logger, the end of the process, or the program itself. */
export const ERROR_SOURCES = [
  "agent",
  "workflow",
  "node",
  "tool",
  "llm",
  "retrieval",
  "log",
  "uncaught",
  "program",
] as const;

export type ErrorSource = (typeof ERROR_SOURCES)[number];
