import { type Context, type Span, trace } from "@opentelemetry/api";

/** One LangChain run in progress. Runs that are only plumbing have no span of their own and stand for that of their parent. */
export type Run = {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly span: Span | undefined;
  /** The context for what happens inside the run. */
  readonly context: Context;
  /** What OpenTelemetry held current when the run began: while it still does, the run is the more specific place. */
  readonly outerSpan: Span | undefined;
  readonly agent: string | undefined;
  readonly kind: "graph" | "agent" | "node" | "tool" | "retriever" | "plumbing";
};

/** A model call that LangChain announced; the wire claims it when it sees the request. */
export type ModelRun = {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly context: Context;
  /** What OpenTelemetry held current when LangChain announced it. */
  readonly outerSpan: Span | undefined;
  /** How many requests of it the wire has shown: LangChain repeats a failed one under the same run. */
  wireCalls: number;
};

/** Where the wire saw a call to a model. */
export type WirePlace = {
  /** The run that LangChain's own asynchronous context shows there. */
  readonly runId: string | undefined;
  readonly outerSpan: Span | undefined;
  readonly model: string;
};

/** Runs whose end never comes (a program that drops a stream) must not pile up for ever. */
const MAX_RUNS = 10_000;

export type RunBook = {
  readonly get: (id: string | undefined) => Run | undefined;
  readonly add: (run: Run) => void;
  readonly remove: (id: string) => Run | undefined;
  readonly addModel: (run: ModelRun) => void;
  readonly removeModel: (id: string) => ModelRun | undefined;
  /**
   * Notes that the wire shows a request of a model run at this place: of the oldest that had none, else of the newest, whose retry it
   * then is. Returns which attempt it is, from 0; undefined where no model run is in progress there.
   */
  readonly claimModel: (place: WirePlace) => number | undefined;
  /** The context below run `parentId`, given what OpenTelemetry itself holds current. */
  readonly contextBelow: (parentId: string | undefined, outer: Context) => Context;
};

export function createRunBook(): RunBook {
  const runs = new Map<string, Run>();
  const models = new Map<string, ModelRun>();
  const bound = <T>(map: Map<string, T>): void => {
    if (map.size <= MAX_RUNS) return;
    const oldest = map.keys().next().value;
    if (oldest !== undefined) map.delete(oldest);
  };
  const isBelow = (id: string | undefined, ancestor: string): boolean => {
    for (let at = id, steps = 0; at !== undefined && steps < 100; at = runs.get(at)?.parentId, steps += 1) {
      if (at === ancestor) return true;
    }
    return false;
  };
  return {
    get: (id) => (id === undefined ? undefined : runs.get(id)),
    add: (run) => {
      runs.set(run.id, run);
      bound(runs);
    },
    remove: (id) => {
      const run = runs.get(id);
      runs.delete(id);
      return run;
    },
    addModel: (run) => {
      models.set(run.id, run);
      bound(models);
    },
    removeModel: (id) => {
      const run = models.get(id);
      models.delete(id);
      return run;
    },
    claimModel: ({ runId, outerSpan, model: called }) => {
      const all = [...models.values()];
      const inRun = runId === undefined ? [] : all.filter(({ parentId }) => isBelow(parentId, runId));
      // A model that is called outside of any run, or where LangChain's context was never set up, is known by what surrounds it.
      const here =
        inRun.length > 0
          ? inRun
          : all.filter((one) => one.outerSpan === outerSpan && (one.model === undefined || one.model === called));
      const model = here.find(({ wireCalls }) => wireCalls === 0) ?? here.at(-1);
      if (model === undefined) return undefined;
      model.wireCalls += 1;
      return model.wireCalls - 1;
    },
    contextBelow: (parentId, outer) => {
      const parent = parentId === undefined ? undefined : runs.get(parentId);
      // Another span than when the parent began: somebody opened one inside it, and that is where we are.
      return parent !== undefined && trace.getSpan(outer) === parent.outerSpan ? parent.context : outer;
    },
  };
}
