import { context } from "@opentelemetry/api";
import { type Usage, usageAttributes } from "../genai/index.ts";
import { logAttributes } from "../telemetry/index.ts";
import {
  callIn,
  captureInput,
  captureOutput,
  endCall,
  failCall,
  type RecordedCall,
  setCallStatus,
} from "./recorded-call.ts";

/** Outcomes that every run may have; a program may have words of its own. */
export type RunStatus = "ok" | "error" | "cancelled" | (string & {});

/** A call of an agent, workflow, node, tool, model or retrieval while it runs. Nothing here throws; all of it does nothing once the run has ended. */
export type Run = {
  /** Empty where nothing is recorded. */
  readonly traceId: string;
  readonly spanId: string;
  /**
   * The outcome, as the `status` of metrics tells it. `error` fails the run; any other word stands also where the run ends by an error, which
   * then is no failure.
   */
  readonly setStatus: (status: RunStatus) => void;
  /** Adds attributes to the span; what is neither text, number nor boolean becomes JSON. */
  readonly setAttributes: (attributes: Readonly<Record<string, unknown>>) => void;
  /** Something that happened at this moment. */
  readonly event: (name: string, attributes?: Readonly<Record<string, unknown>>) => void;
  /** What went in, in place of the arguments. Kept only where content capture is on. */
  readonly input: (value: unknown) => void;
  /** What came out, in place of the result. Kept only where content capture is on. */
  readonly output: (value: unknown) => void;
  /** Fails the run by an error that is not thrown. */
  readonly fail: (error: unknown) => void;
};

/** What a model used, by the rule of the GenAI conventions: `input` and `output` are all tokens, all else are parts of them. */
export type LlmUsage = Usage;

export type LlmRun = Run & {
  /** What the call used, for models that never show on the wire. Later counts replace earlier ones of the same name. */
  readonly usage: (usage: LlmUsage) => void;
};

/** A run that the program ends itself. It is not the current one: `run` makes it so. */
export type StartedRun = Disposable & {
  /** Ends the run, with an outcome if one is given. Only the first end counts. `using` does the same. */
  readonly end: (status?: RunStatus) => void;
};

const nothing = (): void => {};

/** What the program has in its hands where nothing is recorded. */
export const NO_RUN: LlmRun & StartedRun = Object.freeze({
  traceId: "",
  spanId: "",
  setStatus: nothing,
  setAttributes: nothing,
  event: nothing,
  input: nothing,
  output: nothing,
  fail: nothing,
  usage: nothing,
  end: nothing,
  [Symbol.dispose]: nothing,
});

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;

function countsOf(usage: unknown): Usage {
  const counts: Record<string, number> = {};
  for (const name of Object.keys(Object(usage))) {
    const count = (usage as Record<string, unknown>)[name];
    if (isCount(count)) counts[name] = count;
  }
  return counts;
}

/** Whatever the program hands over may throw as it is read. */
function guarded<A extends unknown[]>(step: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      step(...args);
    } catch {
      // What cannot be read is not recorded.
    }
  };
}

const attributesOf = (given: unknown) =>
  typeof given === "object" && given !== null ? logAttributes(given as Record<string, unknown>) : {};

function createHandle(call: RecordedCall): LlmRun & StartedRun {
  const { span } = call;
  const { traceId, spanId } = span.spanContext();
  let used: Usage = {};
  const end = (status?: RunStatus): void => {
    setCallStatus(call, status);
    endCall(call);
  };
  return {
    traceId,
    spanId,
    setStatus: (status) => setCallStatus(call, status),
    setAttributes: guarded((attributes) => {
      if (!call.ended) span.setAttributes(attributesOf(attributes));
    }),
    event: guarded((name, attributes) => {
      if (!call.ended) span.addEvent(String(name), attributesOf(attributes));
    }),
    input: (value) => captureInput(call, value),
    output: (value) => captureOutput(call, value),
    fail: (error) => failCall(call, error),
    usage: guarded((usage) => {
      used = { ...used, ...countsOf(usage) };
      if (!call.ended) span.setAttributes(usageAttributes(used));
    }),
    end,
    [Symbol.dispose]: () => end(),
  };
}

export function runOf(call: RecordedCall): LlmRun & StartedRun {
  call.handle ??= createHandle(call);
  return call.handle as LlmRun & StartedRun;
}

/** The run that the program is in: of the wrapper, the decorator or the `run` that it was called by; undefined outside of all, or where nothing is recorded. */
export function currentRun(): Run | undefined {
  const call = callIn(context.active());
  return call === undefined ? undefined : runOf(call);
}
