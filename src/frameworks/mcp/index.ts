import { context } from "@opentelemetry/api";
import type { Adapter, AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { createGuard, type Guard, runInside } from "../observed-call.ts";
import { type Method, replaceMethod } from "../replace-method.ts";
import { isFields, type Message, type OriginOptions } from "./carrier.ts";
import { createProtocolWatch, type Handler, type Protocol, type ProtocolWatch } from "./protocol.ts";
import { createSessionBook, type McpSession } from "./sessions.ts";

export type { McpSession } from "./sessions.ts";

export type McpAdapterOptions = Pick<AdapterOptions, "tracer" | "clock" | "captures"> &
  Pick<OriginOptions, "carryDebug"> & {
    readonly onSessionEnd: (session: McpSession) => void;
    /** The program may speak MCP on its stdout: nothing else must be written there. */
    readonly onStdioServer: () => void;
    readonly onFault: (error: unknown) => void;
  };

export type McpAdapter = Adapter & {
  /** The process ends: so do its sessions. */
  readonly leaveAll: () => void;
};

const asMessage = (value: unknown): Message | undefined =>
  isFields(value) && typeof value.method === "string" ? value : undefined;

/** What the SDK answers where it has no handler. */
const METHOD_NOT_FOUND = { name: "McpError", message: "Method not found", code: -32601 };

/** Where a message that is about an earlier request has that request's id. */
const ABOUT_A_REQUEST: Readonly<Record<string, (message: unknown) => unknown>> = {
  _onresponse: (message) => (isFields(message) ? message.id : undefined),
  _onprogress: (message) => (isFields(message) && isFields(message.params) ? message.params.progressToken : undefined),
};

/** `at`: the place of the message among the arguments; the options stand two further. */
function observeSending(watch: ProtocolWatch, guard: Guard, at: number): (original: Method) => Method {
  return (original) =>
    function (this: Protocol, ...args) {
      const message = asMessage(args[at]);
      const call = message && guard(() => watch.send(this, message, args[at + 2]));
      if (call === undefined) return original.apply(this, args);
      return runInside(call, guard, () => {
        const promise: unknown = original.apply(this, args.with(at, call.message));
        guard(call.sent);
        return promise;
      });
    };
}

/** What the SDK keeps as the handler of a method is kept with our ends around it. */
function observeServing(watch: ProtocolWatch, guard: Guard): { [method: string]: (original: Method) => Method } {
  const observed = new WeakSet<Handler>();
  const observe = (protocol: Protocol, handler: Handler): Handler => {
    const around: Handler = function (request, ...rest) {
      const call = asMessage(request) && guard(() => watch.serve(protocol, request, rest[0]));
      const work = (): unknown => handler.call(this, request, ...rest);
      return call === undefined ? work() : runInside(call, guard, work);
    };
    observed.add(around);
    return around;
  };
  return {
    setRequestHandler: (original) =>
      function (this: Protocol, ...args) {
        const result: unknown = original.apply(this, args);
        guard(() => {
          for (const [method, handler] of this._requestHandlers ?? []) {
            if (!observed.has(handler)) this._requestHandlers?.set(method, observe(this, handler));
          }
        });
        return result;
      },
    // A method that has no handler of its own goes to the program's fallback, or is refused.
    _onrequest: (original) =>
      function (this: Protocol & { fallbackRequestHandler?: Handler | undefined }, ...args) {
        const message = asMessage(args[0]);
        const { fallbackRequestHandler: fallback, _requestHandlers: handlers } = this;
        if (message === undefined || handlers?.has(String(message.method)) !== false) return original.apply(this, args);
        if (typeof fallback !== "function") {
          const call = guard(() => watch.serve(this, message, args[1]));
          if (call !== undefined) guard(() => call.fail(METHOD_NOT_FOUND));
          return original.apply(this, args);
        }
        // The SDK reads the property in this very turn.
        this.fallbackRequestHandler = observe(this, fallback);
        try {
          return original.apply(this, args);
        } finally {
          this.fallbackRequestHandler = fallback;
        }
      },
  };
}

/**
 * MCP clients and servers of the TypeScript SDK, versions 1 and 2: one span for each request at either side, and the trace context in
 * `params._meta`. Seen at the class that both ends of a connection extend; notifications are no spans, as progress comes in hundreds.
 */
export function createMcpAdapter(options: McpAdapterOptions): McpAdapter {
  const sessions = createSessionBook(options.clock, options.onSessionEnd);
  const watch = createProtocolWatch(options, sessions);
  const guard = createGuard(options.onFault);
  const seen = new WeakSet<object>();
  const adopt = ({ get }: Adopted): void => {
    const { prototype } = (get("Protocol") ?? {}) as { readonly prototype?: object };
    if (prototype === undefined || seen.has(prototype)) return;
    seen.add(prototype);
    // SDK 2 has several ways in, and this one below them.
    if (!replaceMethod(prototype, "_requestWithSchemaViaCodec", observeSending(watch, guard, 1))) {
      replaceMethod(prototype, "request", observeSending(watch, guard, 0));
    }
    for (const [name, make] of Object.entries(observeServing(watch, guard))) replaceMethod(prototype, name, make);
    replaceMethod(
      prototype,
      "_onclose",
      (original) =>
        function (this: Protocol, ...args) {
          guard(() => sessions.end(this));
          return original.apply(this, args);
        },
    );
    // What a message about a request sets going (progress, further rounds where the server needs more) belongs to who sent it.
    for (const [name, idOf] of Object.entries(ABOUT_A_REQUEST)) {
      replaceMethod(
        prototype,
        name,
        (original) =>
          function (this: Protocol, ...args) {
            const inside = guard(() => watch.contextOf(this, Number(idOf(args[0]))));
            const work = (): unknown => original.apply(this, args);
            return inside === undefined ? work() : context.with(inside, work);
          },
      );
    }
  };
  const stdio = { locals: [], adopt: options.onStdioServer };
  return {
    name: "mcp",
    files: [
      {
        packageName: "@modelcontextprotocol/sdk",
        path: /^dist\/(?:(?:esm|cjs)\/)?shared\/protocol$/,
        locals: ["Protocol"],
        adopt,
      },
      { packageName: "@modelcontextprotocol/sdk", path: /^dist\/(?:(?:esm|cjs)\/)?server\/stdio$/, ...stdio },
      { packageName: "@modelcontextprotocol/server", path: "dist/stdio", ...stdio },
      // A bundler named these files after their content.
      ...["client", "server"].map((end) => ({
        packageName: `@modelcontextprotocol/${end}`,
        path: /^dist\/[A-Za-z]+-[\w-]{8}$/,
        locals: ["Protocol"],
        adopt,
      })),
    ],
    leaveAll: sessions.endAll,
  };
}
