import { type Context, type Span, trace } from "@opentelemetry/api";
import type { Adopted, AdoptedFile } from "../module-hooks.ts";
import { type HandlerOptions, ObservatoryHandler } from "./handler.ts";
import { createRunBook } from "./runs.ts";

export type LangChainAdapter = {
  readonly files: readonly AdoptedFile[];
  /** Finds the span of the LangChain run that the program is inside of. */
  readonly bridge: (current: Context) => Span | undefined;
  /**
   * To be called when the wire sees a model call: LangChain's own report of it is then not a second one. Returns which attempt of the same
   * call it is, from 0, where LangChain is calling.
   */
  readonly claimModelCall: (model: string) => number | undefined;
};

type Manager = {
  readonly handlers: readonly { readonly name?: string }[];
  readonly addHandler: (handler: object, inherit: boolean) => void;
};
type ManagerClass = {
  new (): Manager;
  _configureSync: (...args: unknown[]) => Manager | undefined;
};
type Store = {
  readonly extra?: Readonly<
    Record<symbol, { readonly callbacks?: { readonly getParentRunId?: () => string | undefined } }>
  >;
};

/** Where @langchain/core keeps its AsyncLocalStorage, and in it the config of the run in progress (both global symbols). */
const STORAGE = Symbol.for("ls:tracing_async_local_storage");
const CHILD_CONFIG = Symbol.for("lc:child_config");

function currentRunId(): string | undefined {
  const storage = (globalThis as { [STORAGE]?: { getStore: () => Store | undefined } })[STORAGE];
  const callbacks = storage?.getStore()?.extra?.[CHILD_CONFIG]?.callbacks;
  return typeof callbacks?.getParentRunId === "function" ? callbacks.getParentRunId() : undefined;
}

/**
 * LangChain and LangGraph report every run to callback handlers; ours is added where each callback manager is configured. Their runs
 * travel in an AsyncLocalStorage of their own, which the bridge reads: nothing of the program's calls is wrapped.
 */
export function createLangChainAdapter(options: Omit<HandlerOptions, "runs">): LangChainAdapter {
  const runs = createRunBook();
  const handler = new ObservatoryHandler({ ...options, runs });
  const adopt = ({ get }: Adopted): void => {
    const CallbackManager = get("CallbackManager") as ManagerClass;
    const configure = CallbackManager?._configureSync;
    if (typeof configure !== "function") return;
    CallbackManager._configureSync = function (...args) {
      const manager = configure.apply(this, args) ?? new CallbackManager();
      if (!manager.handlers.some(({ name }) => name === handler.name)) manager.addHandler(handler, true);
      return manager;
    };
  };
  return {
    files: [{ packageName: "@langchain/core", path: "dist/callbacks/manager", locals: ["CallbackManager"], adopt }],
    bridge: (current) => {
      const run = runs.get(currentRunId());
      return run !== undefined && trace.getSpan(current) === run.outerSpan ? trace.getSpan(run.context) : undefined;
    },
    claimModelCall: (model) => {
      const outerSpan = trace.getSpan(options.outerContext());
      return runs.claimModel({ runId: currentRunId(), outerSpan, model });
    },
  };
}
