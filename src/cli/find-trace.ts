import { type Backends, findTrace, type LogRange, type Trace } from "../backends/index.ts";
import { plural } from "./amounts.ts";
import { type Terminal, UsageError } from "./command.ts";
import { remark } from "./output.ts";
import { oneLine } from "./text-width.ts";

const WHOLE_ID_CHARS = 32;
/** Shorter beginnings are shared by chance. */
const MIN_PREFIX_CHARS = 4;
const SHOWN_IDS = 10;

/** An id as people paste it: whole, its beginning, or in a `traceparent` header. */
export function parseTraceId(given: string | undefined, more: readonly string[]): string {
  if (given === undefined || more.length > 0)
    throw new UsageError("expected one trace id, as `agent-observatory traces` lists them");
  const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i.exec(given);
  const id = (traceparent?.[1] ?? given).toLowerCase();
  if (!/^[0-9a-f]+$/.test(id) || id.length > WHOLE_ID_CHARS || id.length < MIN_PREFIX_CHARS)
    throw new UsageError(
      `expected a trace id, ${WHOLE_ID_CHARS} hexadecimal digits or its first ${MIN_PREFIX_CHARS} or more, got ${JSON.stringify(given)}.`,
    );
  return id;
}

/** The trace of an id; says so where there is none. Runs that have not ended are an extra: without Loki there are none to be known of. */
export async function findTraceFor(
  backends: Backends,
  id: string,
  range: LogRange,
  terminal: Terminal,
): Promise<Trace | undefined> {
  const { trace, traceIds, runsFailure } = await findTrace(backends, id, { ...range, nowMs: terminal.clock.nowMs() });
  if (runsFailure !== undefined) remark(terminal, `Runs in progress could not be looked for: ${runsFailure.message}`);
  if (traceIds.length > 1) {
    const shown = traceIds.slice(0, SHOWN_IDS).map((one) => `  ${oneLine(one)}`);
    throw new UsageError(`${plural(traceIds.length, "trace")} begin with ${id}:\n${shown.join("\n")}\n`);
  }
  if (trace === undefined)
    remark(terminal, `No trace ${id.length === WHOLE_ID_CHARS ? id : `that begins with ${id}`}.`);
  return trace;
}
