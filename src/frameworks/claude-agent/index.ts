import { context } from "@opentelemetry/api";
import type { Adapter } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { createGuard } from "../observed-call.ts";
import type { Method } from "../replace-method.ts";
import { createSession, type Session, type SessionOptions } from "./session.ts";

export type ClaudeAgentAdapterOptions = SessionOptions & { readonly onFault: (error: unknown) => void };

/** Through which the SDK hands the messages of the subprocess to whoever iterates over them. */
type MessageQueue = Record<"enqueue" | "done" | "error", Method | undefined>;

/** Hears what is put into a queue, by methods of the queue's own that lie before those of its class. */
function follow(queue: MessageQueue, session: Session, guard: (step: () => void) => void): void {
  const heard = { enqueue: session.message, done: session.end, error: session.fail };
  for (const [name, hear] of Object.entries(heard) as [keyof MessageQueue, (value: unknown) => void][]) {
    const original = queue[name];
    if (typeof original !== "function") continue;
    Object.defineProperty(queue, name, {
      configurable: true,
      writable: true,
      enumerable: false,
      value: function (this: unknown, ...args: unknown[]) {
        guard(() => hear(args[0]));
        return original.apply(this, args);
      },
    });
  }
}

/**
 * The Claude Agent SDK: each turn of `query()` is a span of the agent, with its tools below it, as the messages of the subprocess tell.
 * Its model calls are the subprocess's own: only their totals are known, from the result. The file is minified and `query` is all of it
 * that has the same name in every version; it is a function of the same kind that takes its place.
 */
export function createClaudeAgentAdapter(options: ClaudeAgentAdapterOptions): Adapter {
  const guard = createGuard(options.onFault);
  const adopt = ({ get, set }: Adopted): void => {
    const query = get("query") as Method | undefined;
    if (typeof query !== "function") return;
    const observed: Method = function (...args) {
      const session = guard(() => createSession(options, args[0]));
      if (session === undefined) return query.apply(this, args);
      let result: unknown;
      try {
        // The subprocess starts in here, and with it the context in its environment.
        result = context.with(session.context, () => query.apply(this, args));
      } catch (error) {
        guard(() => session.fail(error));
        throw error;
      }
      guard(() => {
        const { inputStream } = (result ?? {}) as { readonly inputStream?: MessageQueue };
        if (typeof inputStream?.enqueue === "function") follow(inputStream, session, guard);
        else session.end();
      });
      return result;
    };
    Object.defineProperties(observed, { name: { value: query.name }, length: { value: query.length } });
    set("query", observed);
  };
  return {
    name: "claude-agent",
    files: [{ packageName: "@anthropic-ai/claude-agent-sdk", path: "sdk", locals: ["query"], exported: true, adopt }],
  };
}
