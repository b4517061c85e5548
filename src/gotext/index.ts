/**
 * How Go, and Prometheus with it, writes and reads numbers, quotes, durations and times: the one place that knows. What cannot be read is
 * answered as a text that says so in Go's words, or as undefined where nobody asks why. Pure; durations of Go are nanoseconds (bigint, as
 * their 64 bits need it), those of Prometheus milliseconds.
 */
export { parseBoolean } from "./boolean.ts";
export { type FloatVerb, formatFloat, formatSampleValue } from "./float-format.ts";
export { parseFloat64 } from "./float-parse.ts";
export { formatGoDuration, parseGoDuration } from "./go-duration.ts";
export { parseHex, parseInteger, parseIntegerLiteral, truncateToInt64 } from "./integer.ts";
export { formatDuration, parseDuration } from "./prometheus-duration.ts";
export { canBackquote, isPrintable, quote } from "./quote.ts";
export { formatTime, TIME_TEXT_LAYOUT } from "./time-format.ts";
export { parseTime } from "./time-parse.ts";
export { unquote, unquoteCharacter, unquotePrometheus } from "./unquote.ts";
export { isTimeZone } from "./zone.ts";
