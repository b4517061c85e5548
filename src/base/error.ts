import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

export { ERROR_CODES, type ErrorCode, RETIRED_ERROR_CODES } from "./error-codes.ts";

/** The three things a reader needs. Each is part of a sentence, without a full stop; never a secret. */
export type Explanation = {
  readonly expected: string;
  readonly received: string;
  /** A whole sentence; without it the catalogue's remedy for the code is said. */
  readonly remedy?: string;
};

/** The one class of error that this product throws. `code` is one of the catalogue in docs/errors.md and never changes meaning. */
export class ObservatoryError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, explanation: Explanation, options?: ErrorOptions) {
    const { expected, received, remedy = ERROR_CODES[code].remedy } = explanation;
    super(`Expected ${expected}, got ${received}. ${remedy} (${code})`, options);
    this.name = "ObservatoryError";
    this.code = code;
  }
}
