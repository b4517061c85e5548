import { type Context, context, type Span, trace } from "@opentelemetry/api";
import type { Adopted, AdoptedFile } from "../module-hooks.ts";
import { replaceMethod } from "../replace-method.ts";
import { type HandlerOptions, ObservatoryHandler } from "./handler.ts";
import { type AnnouncedKind, createInsideObserver, insideOf } from "./inside.ts";
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
  /** To be called as soon as the wire sees a request that may be a model call: it may end before more of it is known. */
  readonly noteModelRequest: () => void;
};

type Manager = {
  readonly handlers: readonly { readonly name?: string }[];
  readonly addHandler: (handler: object, inherit: boolean) => void;
};
type ManagerClass = {
  new (): Manager;
  _configureSync: (...args: unknown[]) => Manager | undefined;
};
type Store = { readonly extra?: Readonly<Record<symbol, Config>> };

/** Where @langchain/core keeps its AsyncLocalStorage, and in it the config of the run in progress (both global symbols). */
const STORAGE = Symbol.for("ls:tracing_async_local_storage");
const CHILD_CONFIG = Symbol.for("lc:child_config");

type Config = { readonly callbacks?: { readonly getParentRunId?: () => string | undefined } } | undefined;

const storageOf = () => (globalThis as { [STORAGE]?: { getStore: () => Store | undefined } })[STORAGE];

function parentRunOf(config: Config): string | undefined {
  const { callbacks } = config ?? {};
  return typeof callbacks?.getParentRunId === "function" ? callbacks.getParentRunId() : undefined;
}

const currentRunId = (): string | undefined => parentRunOf(storageOf()?.getStore()?.extra?.[CHILD_CONFIG]);

const prototypeOf = (adopted: Adopted, name: string): object | undefined =>
  (adopted.get(name) as { readonly prototype?: object } | undefined)?.prototype;

/** Methods inside of which LangChain announces a run and then does its work, by the class and the file that has them. */
const INSIDES: readonly (readonly [file: string, className: string, method: string, kind: AnnouncedKind])[] = [
  ["language_models/chat_models", "BaseChatModel", "_generateUncached", "model"],
  ["language_models/chat_models", "BaseChatModel", "_streamIterator", "model"],
  ["language_models/llms", "BaseLLM", "_generateUncached", "model"],
  ["language_models/llms", "BaseLLM", "_streamIterator", "model"],
  ["retrievers/index", "BaseRetriever", "invoke", "retriever"],
  ["runnables/base", "RunnableSequence", "_streamIterator", "chain"],
  ["runnables/base", "Runnable", "_transformStreamWithConfig", "chain"],
];

/**
 * LangChain and LangGraph report every run to callback handlers; ours is added where each callback manager is configured. Their runs
 * travel in an AsyncLocalStorage of their own, which the bridge reads. What they do not put there (a model in a sequence, a retriever) is
 * known by the inside of a few methods. Nothing of the program's calls is wrapped.
 */
export function createLangChainAdapter(options: Omit<HandlerOptions, "runs">): LangChainAdapter {
  const { outerContext } = options;
  const runs = createRunBook();
  const handler = new ObservatoryHandler({ ...options, runs });
  const adoptManager = ({ get }: Adopted): void => {
    const CallbackManager = get("CallbackManager") as ManagerClass;
    const configure = CallbackManager?._configureSync;
    if (typeof configure !== "function") return;
    CallbackManager._configureSync = function (...args) {
      // Without any handler there would be no manager, and so nobody to keep the tags and metadata.
      const manager = configure.apply(this, args) ?? configure.apply(this, [[handler], ...args.slice(1)]);
      if (manager !== undefined && !manager.handlers.some(({ name }) => name === handler.name)) {
        manager.addHandler(handler, true);
      }
      return manager;
    };
  };
  /** Where nobody has given LangChain an AsyncLocalStorage (@langchain/core alone does not), its runs get a context of ours. */
  const adoptStorage = (adopted: Adopted): void => {
    const prototype = prototypeOf(adopted, "AsyncLocalStorageProvider");
    if (prototype === undefined) return;
    replaceMethod(
      prototype,
      "runWithConfig",
      (original) =>
        function (this: unknown, ...args) {
          const run = storageOf() === undefined ? runs.get(parentRunOf(args[0] as Config)) : undefined;
          const work = (): unknown => original.apply(this, args);
          return run === undefined ? work() : context.with(runs.contextBelow(run.id, outerContext()), work);
        },
    );
  };
  const observeInside = createInsideObserver(outerContext, (inside, isForgotten) => handler.leave(inside, isForgotten));
  const observe = (adopted: Adopted, className: string, method: string, kind: AnnouncedKind): void => {
    const prototype = prototypeOf(adopted, className);
    if (prototype !== undefined) observeInside(prototype, method, kind);
  };
  return {
    files: [
      {
        packageName: "@langchain/core",
        path: "dist/callbacks/manager",
        locals: ["CallbackManager"],
        adopt: adoptManager,
      },
      {
        packageName: "@langchain/core",
        path: "dist/singletons/async_local_storage/index",
        locals: ["AsyncLocalStorageProvider"],
        adopt: adoptStorage,
      },
      ...INSIDES.map(([file, className, method, kind]) => ({
        packageName: "@langchain/core",
        path: `dist/${file}`,
        locals: [className],
        adopt: (adopted: Adopted) => observe(adopted, className, method, kind),
      })),
      {
        packageName: "@langchain/langgraph",
        path: "dist/pregel/index",
        locals: ["Pregel"],
        adopt: (adopted) => observe(adopted, "Pregel", "_streamIterator", "chain"),
      },
    ],
    bridge: (current) => {
      const outerSpan = trace.getSpan(current);
      const runId = currentRunId();
      const here = insideOf(current);
      const [insideId] = here?.kind === "chain" ? [] : (here?.runIds ?? []);
      // A run that LangChain's own context shows inside of that is the more specific place.
      if (insideId !== undefined && here?.outerSpan === outerSpan && !runs.isBelow(runId, insideId)) {
        return here?.context && trace.getSpan(here.context);
      }
      const run = runs.get(runId);
      return run !== undefined && outerSpan === run.outerSpan ? trace.getSpan(run.context) : undefined;
    },
    noteModelRequest: () => {
      const here = insideOf(outerContext());
      if (here?.kind === "model") runs.noteRequest(here.runIds);
    },
    claimModelCall: (model) => {
      const outer = outerContext();
      const here = insideOf(outer);
      const modelIds = here?.kind === "model" ? here.runIds : [];
      return runs.claimModel({ modelIds, runId: currentRunId(), outerSpan: trace.getSpan(outer), model });
    },
  };
}
