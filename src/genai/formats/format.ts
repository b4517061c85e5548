import type { RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import type { Template } from "../json-projector.ts";

/** Where a request goes. */
export type RequestTarget = {
  /** Upper case. */
  readonly method: string;
  /** Without port. */
  readonly host: string;
  /** Without query. */
  readonly path: string;
};

export type ReadingOptions = {
  readonly target: RequestTarget;
  readonly captureContent: boolean;
  /** Headers of the message that is read. */
  readonly header: HeaderLookup;
};

/** Case-insensitive look into the headers of one message. */
export type HeaderLookup = (name: string) => string | undefined;

/** One provider API as it looks on the wire. Everything here is pure and tolerates any input. */
export type WireFormat = {
  readonly name: string;
  /** `gen_ai.provider.name` of whoever's format it is, for a server whose host does not tell (`providers.ts`). */
  readonly provider: string;
  /** Whether a request to this place speaks this format, if its body agrees. */
  readonly matches: (target: RequestTarget) => boolean;
  /** The request members needed when content is not captured. */
  readonly requestTemplate: Template;
  readonly responseTemplate: Template;
  /**
   * Undefined where the body shows that this is some other API under the same path. `body` is undefined where it is no JSON; with
   * content captured it is whole, else it holds at least what the template names.
   */
  readonly readRequest: (body: unknown, options: ReadingOptions) => RequestFacts | undefined;
  /** The answer in one piece; `body` as for `readRequest`. */
  readonly readResponse: (body: unknown, options: ReadingOptions) => ResponseFacts;
  /** The answer event by event, however it is framed (server-sent events, lines, AWS event stream). */
  readonly createStreamReader: (options: ReadingOptions) => StreamReader;
};
