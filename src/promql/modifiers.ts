import { formatFloat, parseDuration } from "../gotext/index.ts";
import type { Expr } from "./ast.ts";
import { parseNumber } from "./literals.ts";
import type { Token } from "./tokens.ts";

/** `offset 5m` or `@ 1609746000`, as the tokens say it. */
export type Modifier = {
  readonly start: number;
  readonly end: number;
  /** Where that ends which it modifies. */
  readonly anchor: number;
  readonly change: { readonly offsetMs: number } | { readonly at: number | "start" | "end" };
};

/** Seconds of an optional sign and a number or duration, from the tokens at `index` on. */
function signedSeconds(
  text: string,
  tokens: readonly Token[],
  index: number,
): { seconds: number; next: number } | undefined {
  const sign = text.slice(tokens[index]?.start, tokens[index]?.end);
  const next = sign === "-" || sign === "+" ? index + 1 : index;
  const token = tokens[next];
  if (token === undefined) return undefined;
  const value = text.slice(token.start, token.end);
  const isNumber = token.kind === "number" || (token.kind === "identifier" && /^(?:inf|nan)$/i.test(value));
  const amount = isNumber ? parseNumber(value) : token.kind === "duration" ? parseDuration(value) : "";
  if (typeof amount === "string") return undefined;
  const seconds = isNumber ? amount : amount / 1000;
  return { seconds: sign === "-" ? -seconds : seconds, next: next + 1 };
}

const MOST_SECONDS = 2 ** 63 / 1e9;
const LATEST_SECONDS = 2 ** 63 / 1000;

function modifierAt(
  text: string,
  tokens: readonly Token[],
  index: number,
): Omit<Modifier, "anchor"> | string | undefined {
  const token = tokens[index] as Token;
  const { start } = token;
  const word = text.slice(start, token.end).toLowerCase();
  if (word !== "@" && word !== "offset") return undefined;
  const amount = signedSeconds(text, tokens, index + 1);
  if (amount !== undefined) {
    const end = (tokens[amount.next - 1] as Token).end;
    const { seconds } = amount;
    if (word === "offset") {
      if (!(Math.abs(seconds) <= MOST_SECONDS)) return "duration out of range";
      return { start, end, change: { offsetMs: Math.round(seconds * 1e9) / 1e6 } };
    }
    if (!(Math.abs(seconds) < LATEST_SECONDS)) {
      return `timestamp out of bounds for @ modifier: ${formatFloat(seconds, "f", 6)}`;
    }
    return { start, end, change: { at: Math.round(seconds * 1000) } };
  }
  if (word === "offset") return undefined;
  const [name, open, close] = tokens
    .slice(index + 1, index + 4)
    .map((one) => text.slice(one.start, one.end).toLowerCase());
  if ((name !== "start" && name !== "end") || open !== "(" || close !== ")") return undefined;
  return { start, end: (tokens[index + 3] as Token).end, change: { at: name } };
}

/**
 * The modifiers in the text. They are read from the tokens, as the grammar lets them apply to all of `a + b` where they apply to `b`.
 * `fail` is called with the place of one that says nothing sensible.
 */
export function modifiersOf(
  text: string,
  tokens: readonly Token[],
  fail: (at: number, message: string) => Error,
): Modifier[] {
  const modifiers: Modifier[] = [];
  let anchor = 0;
  let skipTo = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.start < skipTo) continue;
    const modifier = token.kind === "string" ? undefined : modifierAt(text, tokens, index);
    if (typeof modifier === "string") throw fail(token.start, modifier);
    if (modifier === undefined) anchor = token.end;
    else {
      modifiers.push({ ...modifier, anchor });
      skipTo = modifier.end;
    }
  }
  return modifiers;
}

/** What a modifier without anything to modify is told. */
export const danglingModifier = ({ change }: Modifier): string =>
  `${"at" in change ? "@" : "offset"} modifier must be preceded by an instant vector selector or range vector selector or a subquery`;

type Target = { readonly offsetMs: number; readonly at?: number | "start" | "end"; readonly end: number };

/** The selector or subquery with its modifiers; an error's text where they do not go together. */
export function modify<T extends Target>(target: T, modifiers: readonly Modifier[]): T | string {
  let modified = target;
  for (const { change, end } of modifiers) {
    if ("at" in change && modified.at !== undefined) return "@ <timestamp> may not be set multiple times";
    if ("offsetMs" in change && modified.offsetMs !== 0) return "offset may not be set multiple times";
    modified = { ...modified, ...change, end };
  }
  return modified;
}

/** What is wrong with a range on this expression; undefined where nothing is. */
export function rangeProblem(expr: Expr): string | undefined {
  if (expr.kind !== "vector") return "ranges only allowed for vector selectors";
  if (expr.offsetMs !== 0) return "no offset modifiers allowed before range";
  return expr.at === undefined ? undefined : "no @ modifiers allowed before range";
}
