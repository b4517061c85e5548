import { context, trace } from "@opentelemetry/api";
import { type ContextFields, contextFields, runningTelemetry, withContextFields } from "../telemetry/index.ts";
import { stepInside } from "./follow-stream.ts";

/**
 * Calls `fn` with these fields: they stand on every span and log line below it, across await, timers, emitters, worker threads, child
 * processes and requests to other services of one's own. Fields that are not given stay as they were around. The steps of a generator that
 * `fn` returns lie below it, too.
 */
export function withContext<T>(fields: ContextFields, fn: () => T): T {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return fn();
  const outer = context.active();
  const inside = withContextFields(outer, fields);
  const result = context.with(inside, fn);
  stepInside(result, inside);
  return result;
}

/**
 * Sets these fields for the rest of the current asynchronous context, such as the request that is being handled, and on the span that is
 * current. In an async function they stand for its caller too if they are set before its first await, as AsyncLocalStorage.enterWith has it.
 */
export function setContext(fields: ContextFields): void {
  const telemetry = runningTelemetry();
  if (telemetry === undefined) return;
  const entered = withContextFields(context.active(), fields);
  telemetry.enter(entered);
  const span = trace.getSpan(entered);
  if (span !== undefined) telemetry.stampContext(span, entered);
}

/** The fields of the current context, those that other services of one's own passed on as well. */
export const getContext = (): ContextFields => contextFields(context.active());
