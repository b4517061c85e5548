/** An agent run, or what stands for one outside of agents: what goes on below one span that has none above it in this process. */
export type Run = {
  /** The id of the span that the run is. */
  readonly id: string;
  readonly startMs: number;
  /** Whether an agent or a workflow runs. */
  readonly isAgentic: boolean;
};

/** Whose call it is. What nobody said is absent, and budgets per what is absent do not apply. */
export type Identity = {
  readonly run?: Run | undefined;
  /** The innermost agent. */
  readonly agent?: string | undefined;
  readonly workflow?: string | undefined;
  readonly session?: string | undefined;
  readonly user?: string | undefined;
};

/** A call to a model. The model is undefined where it is not known yet. */
export type ModelCall = { readonly provider: string; readonly model: string | undefined };
