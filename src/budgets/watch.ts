import type { Clock } from "../base/index.ts";
import { type CostSummaries, createCostSummaries } from "../cost/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import { type Budgets, createBudgets, type FinishedCall } from "./budgets.ts";
import type { BudgetDefinition } from "./definition.ts";
import type { Identity } from "./identity.ts";
import { type BudgetEvent, createTelling } from "./telling.ts";

export type BudgetsConfig = {
  readonly limits: readonly BudgetDefinition[];
  readonly onFault: "open" | "closed";
  readonly loops: "off" | "warn" | "block";
  readonly loopRepeats: number;
};

export type BudgetWatchOptions = {
  readonly clock: Clock;
  readonly config: BudgetsConfig;
  readonly metrics: Pick<Metrics, "add" | "set" | "watch">;
  readonly emit: (event: BudgetEvent) => void;
  readonly here: () => Identity;
  readonly onError: (error: unknown) => void;
};

/** A span that has ended, as telemetry tells of it. */
export type EndedSpan = {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly seconds: number;
  readonly spanContext: NonNullable<FinishedCall["spanContext"]>;
  readonly identity: Identity;
  /** The run that it lies in; its own id where it is the run. */
  readonly runId: string | undefined;
};

export type BudgetWatch = {
  readonly budgets: Budgets;
  readonly costs: CostSummaries;
  /** Counts what an ended span used. */
  readonly onEnded: (span: EndedSpan) => void;
  /** Counts what was used where no span of ours tells of the call. */
  readonly onUsage: (attributes: EndedSpan["attributes"], identity: Identity) => void;
};

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The cost of these is all that there is to know. */
const PRICED: ReadonlySet<unknown> = new Set(["priced", "reported", "deferred"]);
const FETCHED: ReadonlySet<string> = new Set([OPERATION.batchResults, OPERATION.backgroundAnswer]);

/** Puts the parts of budgets together: what spans tell, accounts and sums of costs. */
export function createBudgetWatch({ clock, config, metrics, emit, here, onError }: BudgetWatchOptions): BudgetWatch {
  const budgets = createBudgets({
    clock,
    telling: createTelling({ metrics, emit }),
    onFault: config.onFault,
    loops: { mode: config.loops, repeats: config.loopRepeats },
    here,
    onError,
  });
  const costs = createCostSummaries(clock);
  for (const limit of config.limits) budgets.add(limit);
  metrics.watch(() => budgets.closeEnded());

  const count = (
    attributes: EndedSpan["attributes"],
    identity: Identity,
    calls: number,
    seconds: number,
    spanContext?: FinishedCall["spanContext"],
  ): void => {
    const provider = text(attributes[ATTR.provider]) ?? "unknown";
    const model = text(attributes[ATTR.requestModel]) ?? text(attributes[ATTR.responseModel]);
    const usd = attributes[ATTR.costUsd];
    const status = attributes[ATTR.costStatus];
    const inputTokens = number(attributes[ATTR.inputTokens]);
    const outputTokens = number(attributes[ATTR.outputTokens]);
    const call = {
      provider,
      model,
      calls,
      usd: typeof usd === "number" && Number.isFinite(usd) ? usd : undefined,
      isPriced: status === undefined || PRICED.has(status),
    };
    budgets.record({ ...call, identity, seconds, tokens: inputTokens + outputTokens, spanContext });
    const { agent, session, user } = identity;
    costs.record({ ...call, agent, session, user, inputTokens, outputTokens });
  };

  return {
    budgets,
    costs,
    onEnded: ({ attributes, seconds, spanContext, identity, runId }) => {
      const operation = attributes[ATTR.operation];
      const isStopped = attributes[ATTR.errorCategory] === "budget";
      if (typeof operation === "string" && !isStopped) {
        if (INFERENCE_OPERATIONS.has(operation)) count(attributes, identity, 1, seconds, spanContext);
        else if (FETCHED.has(operation)) count(attributes, identity, 0, 0, spanContext);
      }
      if (runId === spanContext.spanId) budgets.endRun(runId, { identity, spanContext });
    },
    onUsage: (attributes, identity) => count(attributes, identity, 0, 0),
  };
}
