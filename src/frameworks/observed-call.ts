import { type Attributes, type Context, context, type Span, trace } from "@opentelemetry/api";
import { describeError, failSpan } from "../errors/index.ts";

/** A call in progress: where its inside belongs, and its two ends. */
export type Call = {
  readonly context: Context;
  readonly end: (result: unknown) => void;
  readonly fail: (thrown: unknown) => void;
};

/** Runs a step of ours, whose faults are never the program's. */
export type Guard = <T>(step: () => T) => T | undefined;

export const createGuard =
  (onFault: (error: unknown) => void): Guard =>
  (step) => {
    try {
      return step();
    } catch (error) {
      onFault(error);
      return undefined;
    }
  };

/** Runs what the program or its library does as the inside of a call, and tells the call how it ended. What is thrown stays what it is. */
export function runInside(call: Call, guard: Guard, work: () => unknown): unknown {
  const end = (result: unknown): void => void guard(() => call.end(result));
  const fail = (thrown: unknown): void => void guard(() => call.fail(thrown));
  let result: unknown;
  try {
    result = context.with(call.context, work);
  } catch (error) {
    fail(error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    end(result);
    return result;
  }
  return result.then(
    (value: unknown) => {
      end(value);
      return value;
    },
    (error: unknown) => {
      fail(error);
      throw error;
    },
  );
}

/** A call that is one span, which ends as the call does. */
export function callOfSpan(span: Span, parent: Context, describe?: (result: unknown) => Attributes): Call {
  return {
    context: trace.setSpan(parent, span),
    end: (result) => {
      if (describe !== undefined) span.setAttributes(describe(result));
      span.end();
    },
    fail: (thrown) => {
      failSpan(span, describeError(thrown));
      span.end();
    },
  };
}
