/** The parts of @openai/agents-core's tracing that we read. Its classes have them since the first release. */

export type SpanError = { readonly message?: unknown; readonly data?: { readonly error?: unknown } | null };

export type SpanData = {
  readonly type?: unknown;
  readonly name?: unknown;
  /** Of a function: its arguments and result, where the program has not kept them out of traces. */
  readonly input?: unknown;
  readonly output?: unknown;
  readonly from_agent?: unknown;
  readonly to_agent?: unknown;
  readonly triggered?: unknown;
  readonly model?: unknown;
  readonly usage?: unknown;
  readonly response_id?: unknown;
  readonly _response?: unknown;
};

export type ReportedSpan = { readonly spanData?: SpanData; readonly error?: SpanError | null };
export type ReportedTrace = { readonly name?: unknown; readonly groupId?: unknown };
