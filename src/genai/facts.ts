/** What one call to a model says of itself, whichever provider's words it was said in. */

/**
 * Token counts by the rule of the GenAI conventions: `input` and `output` are all tokens, every other member is a part of one of them.
 * A member that the provider did not report is absent, never 0.
 */
export type Usage = {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheCreation?: number;
  /** The part of `cacheCreation` that is kept for an hour, which costs more than the usual five minutes. */
  readonly cacheCreation1h?: number;
  readonly reasoning?: number;
  readonly inputAudio?: number;
  readonly outputAudio?: number;
  /** The part of `cacheRead` that is audio. */
  readonly cacheReadAudio?: number;
  readonly inputImage?: number;
  readonly outputImage?: number;
  /** The part of `cacheRead` that is images. */
  readonly cacheReadImage?: number;
  /** Searches that the provider made for the call and bills by the piece. These are no tokens. */
  readonly webSearches?: number;
  readonly fileSearches?: number;
};

export type AttributeValue = string | number | boolean | string[];

export type RequestFacts = {
  readonly operation: string;
  readonly model?: string;
  readonly stream: boolean;
  /** Request parameters under their canonical attribute names. */
  readonly parameters: Readonly<Record<string, AttributeValue>>;
  /** Present only where content capture is on. */
  readonly content?: Readonly<Record<string, unknown>>;
};

export type ResponseFacts = {
  readonly id?: string;
  readonly model?: string;
  readonly finishReasons?: string[];
  readonly usage?: Usage;
  /** The provider works on it in the background: what was used is told to whoever fetches the answer. */
  readonly deferred?: boolean;
  readonly parameters?: Readonly<Record<string, AttributeValue>>;
  readonly error?: { readonly type?: string; readonly code?: string; readonly message?: string };
  readonly content?: Readonly<Record<string, unknown>>;
};

/** Reads a streamed answer event by event. */
export type StreamReader = {
  readonly event: (name: string, data: unknown) => void;
  readonly result: () => ResponseFacts;
};

/** A part of a message, as the JSON schemas of the GenAI conventions name it. */
export type MessagePart =
  | { readonly type: "text" | "reasoning"; readonly content: string }
  | { readonly type: "tool_call"; readonly id?: string; readonly name: string; readonly arguments?: unknown }
  | { readonly type: "tool_call_response"; readonly id?: string; readonly result: unknown }
  /** A tool that runs at the provider, such as its web search. */
  | {
      readonly type: "server_tool_call";
      readonly id?: string;
      readonly name: string;
      readonly server_tool_call: unknown;
    }
  | { readonly type: "server_tool_call_response"; readonly id?: string; readonly server_tool_call_response: unknown }
  | { readonly type: "uri"; readonly uri: string; readonly modality?: string }
  | { readonly type: "blob"; readonly mime_type?: string; readonly modality?: string; readonly size: number };

export type Message = {
  readonly role: string;
  readonly parts: readonly MessagePart[];
  readonly finish_reason?: string;
};
