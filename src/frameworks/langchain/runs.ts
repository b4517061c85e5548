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
  /** When something last began or ended inside. */
  lastMs: number;
};

/** A model call that LangChain announced; the wire claims it when it sees the request. */
export type ModelRun = {
  readonly id: string;
  readonly operation: string;
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly context: Context;
  /** What OpenTelemetry held current when LangChain announced it. */
  readonly outerSpan: Span | undefined;
  /** How many requests of it the wire has shown: LangChain repeats a failed one under the same run. */
  wireCalls: number;
  /** A request was seen inside of it, of which nothing more may be heard. */
  isOnWire: boolean;
};

/** Where the wire saw a call to a model. */
export type WirePlace = {
  /** The model runs whose inside that is, where it is known. */
  readonly modelIds: readonly string[];
  /** The run that LangChain's own asynchronous context shows there. */
  readonly runId: string | undefined;
  readonly outerSpan: Span | undefined;
  readonly model: string;
};

/** Runs whose end never comes (a program that drops a stream) must not pile up for ever. */
const MAX_RUNS = 10_000;
const MAX_RETIRED = 1000;

export type RunBook = {
  readonly get: (id: string | undefined) => Run | undefined;
  /** Whether the run is the other one or inside of it. */
  readonly isBelow: (id: string | undefined, ancestor: string) => boolean;
  readonly add: (run: Run) => void;
  readonly remove: (id: string) => Run | undefined;
  /** Removes a run that is given up but may still be at work: for a while, what happens inside is still placed there. */
  readonly retire: (id: string) => Run | undefined;
  readonly addModel: (run: ModelRun) => void;
  readonly removeModel: (id: string) => ModelRun | undefined;
  /** Notes that one of these model runs has sent a request. */
  readonly noteRequest: (modelIds: readonly string[]) => void;
  /** Notes that something happened in a run, and so in those around it. */
  readonly touch: (id: string | undefined, atMs: number) => void;
  /** The runs inside of a run. */
  readonly below: (id: string) => readonly string[];
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
  const retired = new Map<string, Run>();
  const find = (id: string): Run | undefined => runs.get(id) ?? retired.get(id);
  const bound = <T>(map: Map<string, T>, limit = MAX_RUNS): void => {
    if (map.size <= limit) return;
    const oldest = map.keys().next().value;
    if (oldest !== undefined) map.delete(oldest);
  };
  const isBelow = (id: string | undefined, ancestor: string): boolean => {
    for (let at = id, steps = 0; at !== undefined && steps < 100; at = find(at)?.parentId, steps += 1) {
      if (at === ancestor) return true;
    }
    return false;
  };
  return {
    get: (id) => (id === undefined ? undefined : find(id)),
    isBelow,
    add: (run) => {
      runs.set(run.id, run);
      bound(runs);
    },
    remove: (id) => {
      const run = runs.get(id);
      runs.delete(id);
      retired.delete(id);
      return run;
    },
    retire: (id) => {
      const run = runs.get(id);
      runs.delete(id);
      if (run !== undefined) retired.set(id, run);
      bound(retired, MAX_RETIRED);
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
    noteRequest: (modelIds) => {
      const all = modelIds.flatMap((id) => models.get(id) ?? []);
      const one = all.find(({ isOnWire }) => !isOnWire);
      if (one !== undefined) one.isOnWire = true;
    },
    touch: (id, atMs) => {
      for (
        let run = id === undefined ? undefined : runs.get(id), steps = 0;
        run !== undefined && steps < 100;
        steps += 1
      ) {
        run.lastMs = atMs;
        run = run.parentId === undefined ? undefined : runs.get(run.parentId);
      }
    },
    below: (id) => [...runs.keys()].filter((one) => one !== id && isBelow(one, id)),
    claimModel: ({ modelIds, runId, outerSpan, model: called }) => {
      const known = modelIds.flatMap((id) => models.get(id) ?? []);
      if (known.length > 0) {
        const one = known.find(({ wireCalls }) => wireCalls === 0) ?? known.at(-1);
        if (one === undefined) return undefined;
        one.wireCalls += 1;
        return one.wireCalls - 1;
      }
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
      const parent = parentId === undefined ? undefined : find(parentId);
      // Another span than when the parent began: somebody opened one inside it, and that is where we are.
      return parent !== undefined && trace.getSpan(outer) === parent.outerSpan ? parent.context : outer;
    },
  };
}
