/**
 * What a rule compares with what, read from its expression: `a > 0.05 and b >= 3` is two comparisons that both have to hold. A reading of the
 * few things that matter (brackets, strings, the operators outside of them), not of PromQL as a whole: that grammar is larger than this page.
 */

export type Comparison = {
  /** PromQL. */
  readonly left: string;
  readonly operator: ">" | ">=" | "<" | "<=" | "==" | "!=";
  readonly right: string;
  /** `right`, where it is a number. */
  readonly limit: number | undefined;
};
export type Condition = {
  readonly text: string;
  readonly comparison: Comparison | undefined;
  /** How it is joined to what stands before it; undefined for the first. */
  readonly joined: "and" | "or" | "unless" | undefined;
};

type Piece = { readonly kind: "word" | "operator" | "group" | "other"; readonly start: number; readonly end: number };

const OPEN = "([{";
const CLOSE = ")]}";
const WORD = /[A-Za-z_:][\w:]*/y;
const NUMBER = /0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:ms|[smhdwy])?(?:\d+(?:ms|[smhdwy]))*/iy;
const OPERATOR = />=|<=|==|!=|=~|!~|[><=]/y;

/** The end of a text in quotes. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\" && quote !== "`") at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

/** The end of what a bracket opens. */
function endOfGroup(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const char = text[at] as string;
    if (char === '"' || char === "'" || char === "`") {
      at = endOfString(text, at);
      continue;
    }
    if (char === "#") {
      at = endOfLine(text, at);
      continue;
    }
    if (OPEN.includes(char)) depth += 1;
    if (CLOSE.includes(char)) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function endOfLine(text: string, start: number): number {
  const at = text.indexOf("\n", start);
  return at < 0 ? text.length : at;
}

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** What stands outside of all brackets. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    const add = (kind: Piece["kind"], end: number): number => {
      pieces.push({ kind, start: at, end });
      return end;
    };
    if (/\s/.test(char)) at += 1;
    else if (char === "#") at = endOfLine(text, at);
    else if (char === '"' || char === "'" || char === "`") at = add("other", endOfString(text, at));
    else if (OPEN.includes(char)) at = add("group", endOfGroup(text, at));
    else {
      const [word, number, operator] = [WORD, NUMBER, OPERATOR].map((pattern) => matchAt(pattern, text, at));
      if (word !== undefined) at = add("word", word);
      else if (number !== undefined) at = add("other", number);
      else if (operator !== undefined) at = add("operator", operator);
      else at = add("other", at + 1);
    }
  }
  return pieces;
}

const OPERATORS: readonly string[] = [">", ">=", "<", "<=", "==", "!="];
const MATCHING = new Set(["bool", "on", "ignoring", "group_left", "group_right"]);
const JOINING = ["and", "or", "unless"];

const MAX_BRACKETS = 20;
/** A pair of brackets around everything is none. */
function unwrap(text: string): string {
  let inner = text.trim();
  for (let pairs = 0; pairs < MAX_BRACKETS; pairs++) {
    if (!inner.startsWith("(") || !inner.endsWith(")") || endOfGroup(inner, 0) !== inner.length) break;
    inner = inner.slice(1, -1).trim();
  }
  return inner;
}

const NUMBER_ONLY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function readComparison(text: string): Comparison | undefined {
  const inner = unwrap(text);
  const pieces = piecesOf(inner);
  if (
    pieces.some((piece) => piece.kind === "word" && JOINING.includes(inner.slice(piece.start, piece.end).toLowerCase()))
  )
    return undefined;
  const at = pieces.findIndex(
    ({ kind, start, end }) => kind === "operator" && OPERATORS.includes(inner.slice(start, end)),
  );
  const found = pieces[at];
  if (found === undefined) return undefined;
  // `bool`, `on (…)` and their like say how the sides are matched; they belong to neither.
  let next = at + 1;
  for (let piece = pieces[next]; piece?.kind === "word"; piece = pieces[next]) {
    if (!MATCHING.has(inner.slice(piece.start, piece.end).toLowerCase())) break;
    next += pieces[next + 1]?.kind === "group" ? 2 : 1;
  }
  const right = unwrap(inner.slice(pieces[next]?.start ?? inner.length));
  const left = unwrap(inner.slice(0, found.start));
  if (left === "" || right === "") return undefined;
  return {
    left,
    operator: inner.slice(found.start, found.end) as Comparison["operator"],
    right,
    limit: NUMBER_ONLY.test(right) ? Number(right) : undefined,
  };
}

/** Nobody draws more. */
const MAX_CHARS = 10_000;
const MAX_DEPTH = 5;

/** The conditions of an expression, in their order. One that compares nothing, such as `absent(x)`, has no comparison. */
export function readConditions(expression: string, depth = 0): readonly Condition[] {
  if (expression.length > MAX_CHARS || depth > MAX_DEPTH)
    return [{ text: expression, comparison: undefined, joined: undefined }];
  const text = unwrap(expression);
  const conditions: Condition[] = [];
  let start = 0;
  let joined: Condition["joined"];
  const add = (end: number): void => {
    const part = text.slice(start, end).trim();
    // One side may itself be alternatives that compare: `(a > 1 or b > 5) and c`.
    if (part !== "") conditions.push({ text: part, comparison: readComparison(part), joined });
  };
  const pieces = piecesOf(text);
  for (let index = 0; index < pieces.length; index++) {
    const { kind, start: at, end } = pieces[index] as Piece;
    const word = text.slice(at, end).toLowerCase();
    if (kind !== "word" || !JOINING.includes(word)) continue;
    add(at);
    joined = word as Condition["joined"];
    start = end;
    const matching = pieces[index + 1];
    if (matching?.kind === "word" && MATCHING.has(text.slice(matching.start, matching.end).toLowerCase())) {
      index += pieces[index + 2]?.kind === "group" ? 2 : 1;
      start = pieces[index]?.end ?? start;
    }
  }
  add(text.length);
  return conditions.flatMap((condition) => alternativesOf(condition, depth));
}

/** `(a > 1 or b > 5)` as the two that it is. */
function alternativesOf(condition: Condition, depth: number): readonly Condition[] {
  const inner = unwrap(condition.text);
  if (condition.comparison !== undefined || inner === condition.text) return [condition];
  return readConditions(inner, depth + 1).map((one, index) =>
    index === 0 ? { ...one, joined: condition.joined } : one,
  );
}

const WORDS: Readonly<Record<Comparison["operator"], string>> = {
  ">": "above",
  ">=": "at least",
  "<": "below",
  "<=": "at most",
  "==": "equal to",
  "!=": "other than",
};
export const inWords = ({ operator }: Comparison): string => WORDS[operator];
