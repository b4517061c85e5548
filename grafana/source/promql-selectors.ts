/**
 * What the conventions need to know of a PromQL expression: which series it selects, by which labels, inside which function.
 * It reads tokens, not a grammar: whether an expression is valid is Prometheus' answer (promtool, the stack test), not this one's.
 */
export type Selector = {
  readonly metric: string;
  readonly labels: readonly string[];
  /** Range, as written: `5m`, `$__rate_interval`. Undefined for an instant selector. */
  readonly window: string | undefined;
  /** The function or aggregation that the selector is directly inside of. */
  readonly within: string | undefined;
};

export type PromqlNames = {
  readonly selectors: readonly Selector[];
  /** Labels named by `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupings: readonly string[];
};

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\{[^}]*\}|[A-Za-z_:$][\w:.$]*|[0-9][\w.]*|=~|!~|!=|[^\s]/g;
const GROUPING = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);
const WORDS = new Set(["and", "or", "unless", "offset", "bool", "inf", "nan", "Inf", "NaN", "atan2"]);
const isName = (token: string | undefined): token is string => token !== undefined && /^[A-Za-z_:]/.test(token);

/** Index of the token that closes the bracket at `open`. */
function closing(tokens: readonly string[], open: number, end: string): number {
  const found = tokens.indexOf(end, open);
  return found === -1 ? tokens.length : found;
}

function matcherLabels(tokens: readonly string[]): string[] {
  return tokens.filter((token, index) => isName(token) && /^(=|!=|=~|!~)$/.test(tokens[index + 1] ?? ""));
}

export function parsePromqlNames(expr: string): PromqlNames {
  const tokens = expr.match(TOKEN) ?? [];
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const functions: (string | undefined)[] = [];
  // An aggregation may name its labels before its argument: `sum by (job) (…)`.
  let aggregation: string | undefined;

  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as string;
    const next = tokens[at + 1];
    if (token === "(") {
      functions.push(aggregation);
      aggregation = undefined;
    } else if (token === ")") {
      functions.pop();
    } else if (!isName(token) || WORDS.has(token)) {
      // Operators, numbers, strings.
    } else if (GROUPING.has(token)) {
      if (next !== "(") continue;
      const end = closing(tokens, at, ")");
      groupings.push(...tokens.slice(at + 2, end).filter(isName));
      at = end;
    } else if (next === "(" || GROUPING.has(next ?? "")) {
      aggregation = token;
    } else {
      let end = at;
      let labels: string[] = [];
      if (next === "{") {
        end = closing(tokens, at, "}");
        labels = matcherLabels(tokens.slice(at + 2, end));
      }
      let window: string | undefined;
      if (tokens[end + 1] === "[") {
        const close = closing(tokens, end, "]");
        window = tokens.slice(end + 2, close).join("");
        end = close;
      }
      selectors.push({ metric: token, labels, window, within: functions.at(-1) });
      at = end;
    }
  }
  return { selectors, groupings };
}
