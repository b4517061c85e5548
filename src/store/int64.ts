const MOST = 2n ** 63n - 1n;

/** The nearest number that SQLite can hold: a span, or who asks, may name any time. */
export const clampToInt64 = (value: bigint): bigint => (value > MOST ? MOST : value < -MOST ? -MOST : value);
