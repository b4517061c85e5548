import type { RequestFacts, ResponseFacts, StreamReader } from "../facts.ts";
import type { Template } from "../json-projector.ts";

/** One provider API as it looks on the wire. Everything here is pure and tolerates any input. */
export type WireFormat = {
  readonly name: string;
  /** Whether a POST to this path (without query) speaks this format, if its body agrees. */
  readonly matchesPath: (path: string) => boolean;
  /** The request members needed when content is not captured. */
  readonly requestTemplate: Template;
  readonly responseTemplate: Template;
  /** Undefined where the body shows that this is some other API under the same path. */
  readonly readRequest: (body: unknown, captureContent: boolean) => RequestFacts | undefined;
  readonly readResponse: (body: unknown, captureContent: boolean) => ResponseFacts;
  readonly createStreamReader: (captureContent: boolean) => StreamReader;
};
