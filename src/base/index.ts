/** The kernel: what every room may use and that uses no room. */

export { basicCredentials } from "./basic-credentials.ts";
export { type BoundedQueue, createBoundedQueue } from "./bounded-queue.ts";
export { builtin } from "./builtin.ts";
export { type Clock, createClock, systemClock, threadStartMs } from "./clock.ts";
export { createDiagnostics, type DiagnosticLevel, type Diagnostics } from "./diagnostics.ts";
export { hasSpace } from "./disk.ts";
export { ERROR_CODES, type ErrorCode, ObservatoryError, RETIRED_ERROR_CODES } from "./error.ts";
export { isOwn, markOwn } from "./own.ts";
export { createRecentMap, type RecentMap } from "./recent-map.ts";
export { remember } from "./remember.ts";
export { uniqueId } from "./unique-id.ts";
