import { type Context, context, createContextKey } from "@opentelemetry/api";
import type { Adopted } from "../module-hooks.ts";
import { replaceMethod } from "../replace-method.ts";

/** The agent whose method the program called. */
export type CalledAgent = {
  /** What the program calls it. */
  readonly name: string | undefined;
  /** The name of its class. */
  readonly kind: string;
};

/** In the context between an agent's method and the operation that it calls. */
const AGENT = createContextKey("agent-observatory ai-sdk agent");

type AgentObject = {
  readonly settings?: { readonly id?: unknown; readonly name?: unknown };
  readonly constructor: { readonly name: string };
};

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The agent that calls, and the context without it: what the operation calls in turn is not that agent's method. */
export function takeAgent(place: Context): { readonly agent: CalledAgent | undefined; readonly outer: Context } {
  return { agent: place.getValue(AGENT) as CalledAgent | undefined, outer: place.deleteValue(AGENT) };
}

/** Notes which agent calls: AI SDK 5 has a class `Agent`, later ones `ToolLoopAgent`. */
export function adoptAgentClasses({ get }: Adopted): void {
  for (const local of ["Agent", "ToolLoopAgent"]) {
    const prototype = (get(local) as { readonly prototype?: object } | undefined)?.prototype;
    if (prototype === undefined) continue;
    for (const method of ["generate", "stream"]) {
      replaceMethod(
        prototype,
        method,
        (original) =>
          function (this: AgentObject, ...args) {
            const agent: CalledAgent = {
              name: text(this?.settings?.id) ?? text(this?.settings?.name),
              kind: text(this?.constructor?.name) ?? local,
            };
            return context.with(context.active().setValue(AGENT, agent), () => original.apply(this, args));
          },
      );
    }
    // It calls the program's own function of that name, which may call other operations.
    replaceMethod(
      prototype,
      "prepareCall",
      (original) =>
        function (this: unknown, ...args) {
          return context.with(takeAgent(context.active()).outer, () => original.apply(this, args));
        },
    );
  }
}
