import { quote } from "../gotext/index.ts";
import { AGGREGATORS } from "./ast.ts";
import type { PromqlError } from "./error.ts";
import { EXPERIMENTAL_AGGREGATORS, EXPERIMENTAL_FUNCTIONS, SIGNATURES } from "./function-signatures.ts";
import { parseError } from "./source-text.ts";
import type { Token } from "./tokens.ts";

const KEYWORDS = new Set(
  "offset smoothed anchored by without on ignoring group_left group_right bool start end step range max_of min_of".split(
    " ",
  ),
);
const OPERATOR = /^(?:[-+*/%^@<>]|[=!<>]=|=~|!~|and|or|unless|atan2)$/i;
const isAggregator = (word: string): boolean =>
  (AGGREGATORS as readonly string[]).includes(word) || EXPERIMENTAL_AGGREGATORS.has(word);

/** What a token is called in Prometheus' errors. */
function describe(token: Token, text: string, inBraces: boolean): string {
  const value = text.slice(token.start, token.end);
  if (token.kind === "end") return "end of input";
  if (token.kind === "string") {
    return `string ${value.length > 10 ? `${quote(value.slice(0, 10))}...` : quote(value)}`;
  }
  if (token.kind === "number" || token.kind === "duration") return `${token.kind} ${quote(value)}`;
  if (OPERATOR.test(value)) return `<op:${value}>`;
  if (token.kind === "symbol") return quote(value);
  if (!inBraces && isAggregator(value.toLowerCase())) return `<aggr:${value}>`;
  if (!inBraces && KEYWORDS.has(value.toLowerCase())) return `<${value}>`;
  return `${value.includes(":") ? "metric identifier" : "identifier"} ${quote(value)}`;
}

const GROUPING = /^(?:by|without|on|ignoring|group_left|group_right)$/i;

/** What Prometheus says of where the token stands, found from the tokens before it. */
function contextOf(words: readonly string[], kinds: readonly string[]): string {
  const [last = "", lastKind] = [words.at(-1) ?? "", kinds.at(-1)];
  const opened = Math.max(words.lastIndexOf("{"), words.lastIndexOf("("), words.lastIndexOf("["));
  const opener = words[opened];
  const closed = Math.max(words.lastIndexOf("}"), words.lastIndexOf(")"), words.lastIndexOf("]"));
  if (opener === "{" && closed < opened) {
    if (last === "{" || last === ",") return ' in label matching, expected identifier or "}"';
    if (lastKind === "identifier") return " in label matching, expected label matching operator";
    if (lastKind === "symbol") return " in label matching, expected string";
    return ' in label matching, expected "," or "}"';
  }
  if (opener === "(" && closed < opened && GROUPING.test(words[opened - 1] ?? "")) {
    return last === "(" || last === ","
      ? " in grouping opts, expected label"
      : ' in grouping opts, expected "," or ")"';
  }
  if (opener === "[" && closed < opened) {
    if (last === "[") return " in subquery or range selector, expected number, duration, step(), or range()";
    if (last === ":") return ' in subquery selector, expected number, duration, step(), range(), or "]"';
    return words.lastIndexOf(":") > opened
      ? ' in subquery selector, expected "]"'
      : ' in subquery or range, expected ":" or "]"';
  }
  if (GROUPING.test(last)) return ' in grouping opts, expected "("';
  if (/^offset$/i.test(last)) return " in offset, expected number, duration, step(), or range()";
  return last === "@" ? " in @, expected timestamp" : "";
}

/** Whether the tokens end inside the arguments of an aggregation, at whatever depth. */
function isInAggregation(words: readonly string[]): boolean {
  const open: ("aggregation" | "grouping" | "other")[] = [];
  let closed: (typeof open)[number] | undefined;
  for (const [index, word] of words.entries()) {
    const [before = "", beforeThat = ""] = [words[index - 1]?.toLowerCase(), words[index - 2]?.toLowerCase()];
    if (word === "(") {
      const follows = isAggregator(before) || (before === ")" && closed === "grouping");
      const groups = (before === "by" || before === "without") && isAggregator(beforeThat);
      open.push(follows ? "aggregation" : groups ? "grouping" : "other");
    } else if (word === ")") closed = open.pop();
  }
  return open.includes("aggregation");
}

/** The error for a token that no grammar rule has a place for. */
export function unexpectedToken(text: string, tokens: readonly Token[], at: number): PromqlError {
  const index = Math.max(
    0,
    tokens.findIndex((token) => token.end > at || token.kind === "end"),
  );
  const token = tokens[index] ?? { kind: "end", start: text.length, end: text.length };
  const before = tokens.slice(0, index);
  const words = before.map(({ start, end }) => text.slice(start, end));
  const previous = before.at(-1);
  const name = words.at(-1) ?? "";
  if (previous?.kind === "identifier" && text[token.start] === "(") {
    if (EXPERIMENTAL_FUNCTIONS.has(name)) return parseError(text, previous.start, `function "${name}" is not enabled`);
    if (!SIGNATURES.has(name) && !isAggregator(name.toLowerCase()) && !KEYWORDS.has(name.toLowerCase())) {
      return parseError(text, previous.start, `unknown function with name ${quote(name)}`);
    }
  }
  const nearest = contextOf(
    words,
    before.map(({ kind }) => kind),
  );
  const context = nearest === "" && isInAggregation(words) ? " in aggregation" : nearest;
  const takesDuration = words.lastIndexOf("[") > words.lastIndexOf("]") || words.some((word) => /^offset$/i.test(word));
  if (takesDuration && /^(?:step|range|min_of|max_of)$/i.test(text.slice(token.start, token.end))) {
    return parseError(text, token.start, "experimental duration expression is not enabled");
  }
  if (previous !== undefined && name === "," && text[token.start] === ")") {
    return parseError(text, previous.start, "trailing commas not allowed in function call args");
  }
  if (tokens.length === 1) return parseError(text, token.start, "no expression found in input");
  const inBraces = words.lastIndexOf("{") > words.lastIndexOf("}");
  return parseError(text, token.start, `unexpected ${describe(token, text, inBraces)}${context}`);
}
