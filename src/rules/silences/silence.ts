import { createMatcher, type Matcher, type MatchOperator } from "../../signals/index.ts";

export type SilenceMatcher = { readonly name: string; readonly operator: MatchOperator; readonly value: string };

/** Alerts that all matchers match are not told of between the two times. Times in milliseconds. */
export type Silence = {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
};
export type SilenceState = "pending" | "active" | "expired";

/** Why a silence is refused, in Alertmanager's words where it has some. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";
  readonly reason: "invalid" | "unknown";

  constructor(reason: "invalid" | "unknown", message: string) {
    super(message);
    this.reason = reason;
  }
}

export function stateOfSilence({ startsAtMs, endsAtMs }: Silence, nowMs: number): SilenceState {
  if (nowMs < startsAtMs) return "pending";
  return nowMs < endsAtMs ? "active" : "expired";
}

const refuse = (reason: string): never => {
  throw new SilenceError("invalid", `invalid silence: ${reason}`);
};

/** Throws `SilenceError` where a matcher is wrong. */
export const compileMatchers = (matchers: readonly SilenceMatcher[]): readonly Matcher[] =>
  matchers.map(({ name, operator, value }, index) => {
    if (name === "") refuse(`invalid label matcher ${index}: invalid label name ""`);
    try {
      return createMatcher(name, operator, value);
    } catch (error) {
      // Patterns are compiled so that a dot is every character; nobody wrote that.
      const message = (error instanceof Error ? error.message : String(error)).replace("`(?s)", "`");
      return refuse(`invalid label matcher ${index}: invalid regular expression ${JSON.stringify(value)}: ${message}`);
    }
  });

/** The same for a silence: one that asks for nothing would silence everything. */
export function compileSilence(matchers: readonly SilenceMatcher[]): readonly Matcher[] {
  const compiled = compileMatchers(matchers);
  if (compiled.every(({ matches }) => matches(""))) refuse("at least one matcher must not match the empty string");
  return compiled;
}

export const sameMatchers = (left: readonly SilenceMatcher[], right: readonly SilenceMatcher[]): boolean =>
  left.length === right.length &&
  left.every(({ name, operator, value }, index) => {
    const other = right[index];
    return other?.name === name && other.operator === operator && other.value === value;
  });
