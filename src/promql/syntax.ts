import { parser } from "@prometheus-io/lezer-promql";
import { type Modifier, modifiersOf } from "./modifiers.ts";
import { parseError } from "./source-text.ts";
import { unexpectedToken } from "./syntax-error.ts";
import { type Token, tokenize } from "./tokens.ts";

/** A node of the syntax tree, as far as it is used here. */
export type SyntaxNode = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly firstChild: SyntaxNode | null;
  readonly nextSibling: SyntaxNode | null;
};

const strict = parser.configure({ strict: true });

// Real queries have hundreds of tokens; the parser's time and memory grow with each.
const MOST_TOKENS = 20_000;

/** A metric may be called offset, which the grammar does not know: the word where an operand is due. */
function isOffsetMetric(text: string, tokens: readonly Token[], index: number): boolean {
  const [token, before] = [tokens[index], tokens[index - 1]];
  if (token === undefined || text.slice(token.start, token.end).toLowerCase() !== "offset") return false;
  return before === undefined || (before.kind === "symbol" && !/[)}\]]/.test(text[before.start] as string));
}

/**
 * The text with every literal replaced by one of the same length and kind that the grammar is sure to know: it misses some spellings
 * (`5.`, `1__0`), and takes strings that never end. What a literal is worth is read from the text itself. Modifiers are left out.
 */
function shadowOf(text: string, tokens: readonly Token[], modifiers: readonly Modifier[]): string {
  let shadow = "";
  let next = 0;
  for (const [index, { kind, start, end }] of tokens.entries()) {
    shadow += " ".repeat(start - shadow.length);
    while ((modifiers[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    if (start >= (modifiers[next]?.start ?? Number.POSITIVE_INFINITY)) shadow += " ".repeat(end - start);
    else if (kind === "number" || kind === "duration") shadow += "1".repeat(end - start);
    else if (kind === "string") shadow += `"${"s".repeat(end - start - 2)}"`;
    else if (isOffsetMetric(text, tokens, index)) shadow += "metric";
    else shadow += text.slice(start, end);
  }
  return shadow;
}

type Tree = ReturnType<typeof strict.parse>;

function parseShadow(shadow: string): Tree {
  const parse = strict.startParse(shadow);
  for (;;) {
    const tree = parse.advance();
    if (tree !== null) return tree;
    // The parser gives up on chains of some 350 operators, which it counts here; what is too deep is said when the tree is read.
    Object.assign(parse, { bigReductionCount: 0 });
  }
}

/** The syntax tree of a text, and apart from it the modifiers of selectors and subqueries. */
export type Syntax = { readonly top: SyntaxNode; readonly modifiers: readonly Modifier[] };

/** Throws `PromqlError` (bad_data) at the first place that fits no rule. */
export function parseSyntax(text: string): Syntax {
  const { tokens, error } = tokenize(text, MOST_TOKENS);
  const modifiers = modifiersOf(text, tokens, (at, message) => parseError(text, at, message));
  let tree: Tree;
  try {
    tree = parseShadow(shadowOf(text, tokens, modifiers));
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
    const at = Number(/\d+$/.exec(failure.message)?.[0] ?? text.length);
    const lastEnd = tokens.at(-1)?.end ?? 0;
    if (error !== undefined && at >= lastEnd) throw parseError(text, error.start, error.message);
    throw unexpectedToken(text, tokens, at);
  }
  if (error !== undefined) throw parseError(text, error.start, error.message);
  const top = tree.topNode.firstChild;
  if (top === null) throw unexpectedToken(text, tokens, 0);
  return { top, modifiers };
}
