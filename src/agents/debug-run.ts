import { context, SpanKind } from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";
import { runningTelemetry, type Telemetry } from "../telemetry/index.ts";
import { record } from "./noun.ts";
import { type RecordedCall, startCall } from "./recorded-call.ts";
import { NO_RUN, type Run, runOf } from "./run.ts";
import { snapshot } from "./snapshot.ts";

export type DebugRunOptions = {
  /** What the run is called. Default: `debug run`. */
  readonly name?: string;
  /** What the request asks for. */
  readonly input?: unknown;
  /** The state of the session, or what returns it. Read at the beginning and at the end, so that a change shows. */
  readonly state?: unknown;
  /** Tools that are available, by name or as they are defined; those that a model is given are known without it. */
  readonly tools?: readonly unknown[];
};

const DEFAULT_NAME = "debug run";
const MAX_TOOLS = 200;
const MAX_DESCRIPTION = 1024;

function optionsOf(given: unknown): DebugRunOptions {
  if (typeof given === "string") return { name: given };
  return (typeof given === "object" && given !== null ? given : {}) as DebugRunOptions;
}

/** Whatever the program hands over may throw as it is read. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}

/** Frameworks keep much more in their tools than what a model is told. */
function toolOf(given: unknown): unknown {
  if (typeof given === "string") return { name: given };
  const { name, description, function: inner } = (given ?? {}) as Record<string, unknown>;
  const told = (typeof name === "string" ? { name, description } : (inner ?? {})) as Record<string, unknown>;
  if (typeof told["name"] !== "string") return undefined;
  const about = told["description"];
  return {
    name: told["name"],
    ...(typeof about === "string" && { description: about.slice(0, MAX_DESCRIPTION) }),
  };
}

function toolsOf(tools: unknown): string | undefined {
  if (!Array.isArray(tools)) return undefined;
  const told = tools.slice(0, MAX_TOOLS).flatMap((one) => attempt(() => toolOf(one)) ?? []);
  return told.length === 0 ? undefined : JSON.stringify(told);
}

const stateOf = (state: unknown): string | undefined =>
  attempt(() => snapshot(typeof state === "function" ? (state as () => unknown)() : state));

function startDebugged(telemetry: Telemetry, options: DebugRunOptions): RecordedCall {
  const { debug } = telemetry;
  const name = attempt(() => options.name);
  const call = startCall(
    telemetry,
    {
      spanName: typeof name === "string" && name !== "" ? name : DEFAULT_NAME,
      kind: SpanKind.INTERNAL,
      attributes: {},
      inputAttribute: ATTR.debugInput,
      outputAttribute: ATTR.debugOutput,
      contentOf: snapshot,
    },
    debug.begin(context.active()),
  );
  const set = (attribute: string, value: string | undefined): void => {
    if (value !== undefined) call.span.setAttribute(attribute, value);
  };
  const state = attempt(() => options.state);
  const before = stateOf(state);
  set(ATTR.debugState, before);
  set(
    ATTR.debugInput,
    attempt(() => snapshot(options.input)),
  );
  set(
    ATTR.toolDefinitions,
    attempt(() => toolsOf(options.tools)),
  );
  const describeProcess = (): void => set(ATTR.debugEnvironment, snapshot(debug.environment()));
  describeProcess();
  call.onEnd = () => {
    // By now it is known which libraries it needs.
    describeProcess();
    const after = stateOf(state);
    if (after !== before) set(ATTR.debugStateAtEnd, after);
  };
  return call;
}

/**
 * Calls `fn` and records everything of what happens in it, whatever the settings of sampling and content say: what went in and came out, the
 * state of the session that `options` tell, messages, tools, arguments and results of all calls below (without secrets and personal data, as
 * always), settings of models, versions of the process, log lines of every level. What else the process does meanwhile is recorded as ever.
 * Returns what `fn` returns, which may be a promise or a stream. `run.traceId` is what `agent-observatory explain` takes.
 */
export function debugRun<T>(fn: (run: Run) => T): T;
export function debugRun<T>(options: string | DebugRunOptions, fn: (run: Run) => T): T;
export function debugRun(first: unknown, second?: unknown): unknown {
  const fn = (typeof first === "function" ? first : second) as (run: Run) => unknown;
  const telemetry = runningTelemetry();
  const call =
    telemetry && attempt(() => startDebugged(telemetry, typeof first === "function" ? {} : optionsOf(first)));
  return call === undefined ? fn(NO_RUN) : record(call, () => fn(runOf(call)));
}
