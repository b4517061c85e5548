/** The bytes are no OTLP request. The message says what was expected, what came, and where. */
export class OtlpError extends Error {
  override readonly name = "OtlpError";
}

/**
 * So many items (spans, events, links, points, exemplars, records) at most: an empty one takes two bytes to send and a
 * hundred to hold.
 */
export const MAX_ITEMS = 500_000;

/** A new series is held with a kilobyte of labels until it is stored, and each bucket of a histogram is one. */
export const MAX_SAMPLES = 300_000;

/** How deep values may nest. Captured messages of models reach a dozen; what is deeper was made to overflow a stack. */
export const MAX_VALUE_DEPTH = 64;

export const tooManyItems = (): OtlpError =>
  new OtlpError(`a request has at most ${MAX_ITEMS} items, this one has more: send it in parts`);

export const tooManySamples = (): OtlpError =>
  new OtlpError(`a request has at most ${MAX_SAMPLES} samples, this one has more: send it in parts`);

export const tooDeep = (): OtlpError =>
  new OtlpError(`values are nested at most ${MAX_VALUE_DEPTH} deep, these are nested deeper: send them as text`);
