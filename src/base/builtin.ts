/**
 * A module of Node, loaded when it is asked for: some of them cost megabytes (https 9, http2 12), and most programs that preload us load
 * them late or never.
 */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] {
  return process.getBuiltinModule(name) as Builtins[N];
}

type Builtins = {
  readonly "node:async_hooks": typeof import("node:async_hooks");
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:child_process": typeof import("node:child_process");
  readonly "node:dgram": typeof import("node:dgram");
  readonly "node:http": typeof import("node:http");
  readonly "node:https": typeof import("node:https");
  readonly "node:net": typeof import("node:net");
  readonly "node:os": typeof import("node:os");
  readonly "node:perf_hooks": typeof import("node:perf_hooks");
  readonly "node:v8": typeof import("node:v8");
  readonly "node:worker_threads": typeof import("node:worker_threads");
  readonly "node:zlib": typeof import("node:zlib");
};
