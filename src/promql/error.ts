/**
 * Why a query has no answer. `bad_data`: the text is no valid PromQL, or asks for what this engine does not have. `execution`: it
 * cannot be evaluated over the data there is. `timeout` and `too_many_samples`: a limit was reached.
 */
export type PromqlErrorKind = "bad_data" | "execution" | "timeout" | "too_many_samples";

export class PromqlError extends Error {
  override readonly name = "PromqlError";
  readonly kind: PromqlErrorKind;

  constructor(kind: PromqlErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The two series would be one: what Prometheus says wherever a result has a label set twice at one time. */
export const sameLabelSet = (): PromqlError =>
  new PromqlError("execution", "vector cannot contain metrics with the same labelset");
