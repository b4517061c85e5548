/**
 * Whether the abort that is being reported right now came out of a timer. SDKs abort on a timeout exactly as a program does that no longer
 * wants the answer: the same error, no reason given. But the report is synchronous, so the stack tells: directly below it stands either
 * Node's timer loop or whatever else ran the program's code.
 */
export function abortedByTimer(): boolean {
  const limit = Error.stackTraceLimit;
  try {
    // Deep enough for fetch's own abort path and an SDK's.
    Error.stackTraceLimit = 60;
    const origin = /(listOnTimeout|processTicksAndRejections|runNextTicks|processImmediate) \(node:internal/.exec(
      new Error().stack ?? "",
    );
    return origin?.[1] === "listOnTimeout";
  } catch {
    // A program may have frozen Error: then an abort is just an abort.
    return false;
  } finally {
    try {
      Error.stackTraceLimit = limit;
    } catch {
      // As above.
    }
  }
}

/** axios' word for a timeout, which it raises itself. */
const OWN_CODES = new Set(["ECONNABORTED"]);

/**
 * What ended a request, where a program may have given a reason of its own for leaving: that says nothing of the server. What a transport
 * runs into has a code.
 */
export function leftBy(reason: unknown): unknown {
  const { code, name } = (reason ?? {}) as { code?: unknown; name?: unknown };
  if ((typeof code === "string" && !OWN_CODES.has(code)) || name === "TimeoutError") return reason;
  return Object.assign(new Error("left before the end"), { name: "AbortError" });
}
