/**
 * What the program takes of its machine and of its databases, without being asked: CPU, memory, garbage collection, event loop, pools of
 * connections. Reads when somebody looks at the metrics; must not keep the process, hold an object of the program, or be news by itself.
 */
export { createPoolWatch, type PoolKind, type PoolWatch } from "./pools.ts";
export { type RuntimeMetricsOptions, startRuntimeMetrics } from "./runtime-metrics.ts";
