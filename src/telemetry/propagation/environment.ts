import diagnostics_channel from "node:diagnostics_channel";
import { type Context, context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { trustedContextOf } from "../joined/discreet-propagator.ts";

/**
 * The trace context in environment variables, as OpenTelemetry's specification of environment variable carriers has it: headers in upper
 * case. It reaches children of any language, and each process of ours takes it as the parent of what it does by itself.
 */
const VARIABLES = ["TRACEPARENT", "TRACESTATE", "BAGGAGE"] as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Those variables as this process was started with them. */
export function environmentCarrier(env: Environment = process.env): Readonly<Record<string, string>> {
  return Object.fromEntries(
    VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name.toLowerCase(), env[name]]])),
  );
}

/** The context that a carrier tells; the root context where it tells none. */
export const contextOf = (carrier: Readonly<Record<string, string>>): Context =>
  trustedContextOf(ROOT_CONTEXT, carrier);

/** The current context, for a carrier. Empty where there is none. */
export function currentCarrier(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** `name=value` as Node hands the environment to a child; Windows does not tell names by their case. */
const nameOf = (pair: unknown): string => String(pair).split("=", 1)[0]?.toUpperCase() ?? "";

/** Outside of every span there may still be something that a request is about. */
function withBaggage(pairs: readonly string[], baggage: string | undefined, inherited: string | undefined) {
  if (baggage === undefined) return pairs;
  const given = pairs.find((pair) => nameOf(pair) === "BAGGAGE");
  if (given !== undefined && given.slice("BAGGAGE=".length) !== inherited) return pairs;
  return [...pairs.filter((pair) => pair !== given), `BAGGAGE=${baggage}`];
}

/** A child's environment with the current context in it. One that the program gave itself stays; one that we were started with does not. */
export function withCarrier(
  pairs: readonly string[],
  carrier: Readonly<Record<string, string>>,
  inherited: Readonly<Record<string, string>>,
): readonly string[] {
  if (carrier["traceparent"] === undefined) return withBaggage(pairs, carrier["baggage"], inherited["baggage"]);
  const given = pairs.find((pair) => nameOf(pair) === "TRACEPARENT");
  if (given !== undefined && given.slice("TRACEPARENT=".length) !== inherited["traceparent"]) return pairs;
  const added = VARIABLES.flatMap((name) => {
    const value = carrier[name.toLowerCase()];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const replaced = new Set(["TRACEPARENT", "TRACESTATE", ...added.map(nameOf)]);
  return [...pairs.filter((pair) => !replaced.has(nameOf(pair))), ...added];
}

/**
 * Gives each child process that is started asynchronously (spawn, exec, execFile, fork, cluster) the context in which it is started. Node
 * tells of it right before it does so, with the options that it made itself: nothing of the program's is touched. Returns what stops it.
 */
export function propagateToChildren(
  inherited: Readonly<Record<string, string>>,
  onFault: (error: unknown) => void,
): () => void {
  const onSpawn = (message: unknown): void => {
    try {
      const { options } = message as { readonly options?: { envPairs?: readonly string[] } };
      if (options === undefined || !Array.isArray(options.envPairs)) return;
      options.envPairs = withCarrier(options.envPairs, currentCarrier(), inherited);
    } catch (error) {
      onFault(error);
    }
  };
  const channel = "tracing:child_process.spawn:start";
  diagnostics_channel.subscribe(channel, onSpawn);
  return () => void diagnostics_channel.unsubscribe(channel, onSpawn);
}
