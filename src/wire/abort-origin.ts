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
