import { fieldName, LEVEL_FIELD, LEVELS, levelName, SERVICE_FIELD } from "./field-names.ts";
import { isLogql, type Operator, parseSearch, type Term } from "./search-text.ts";

/** The search box in LogQL. */

/** Every service; Loki gives each stream a service name. */
export const EVERYTHING = `${SERVICE_FIELD}=~".+"`;
const quote = (text: string): string => JSON.stringify(text);
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Words of small letters are found in any case, all others as they are. */
function lineFilter({ text, not, exact }: Extract<Term, { kind: "text" }>): string {
  if (exact || text !== text.toLowerCase() || text === text.toUpperCase()) return `${not ? "!=" : "|="} ${quote(text)}`;
  return `${not ? "!~" : "|~"} ${quote(`(?i)${literal(text)}`)}`;
}

function levelsFrom(operator: Operator, value: string): string {
  const at = (LEVELS as readonly string[]).indexOf(levelName(value));
  if (at < 0) return levelName(value);
  const kept = LEVELS.filter((_, index) =>
    operator === ">=" ? index >= at : operator === ">" ? index > at : operator === "<=" ? index <= at : index < at,
  );
  return kept.join("|");
}

type Matcher = { readonly name: string; readonly operator: Operator; readonly value: string };

/** A value with commas is any of several; levels can be compared. */
function matcherOf({ name: typed, operator, value }: Extract<Term, { kind: "field" }>): Matcher {
  const name = fieldName(typed);
  if (name === LEVEL_FIELD) {
    if (/[<>]/.test(operator)) return { name, operator: "=~", value: levelsFrom(operator, value) };
    if (!operator.includes("~")) {
      const levels = value.split(",").map(levelName);
      if (levels.length === 1) return { name, operator, value: levels[0] ?? "" };
      return { name, operator: operator === "=" ? "=~" : "!~", value: levels.map(literal).join("|") };
    }
  }
  if ((operator === "=" || operator === "!=") && /^[^,\s]+(?:,[^,\s]+)+$/.test(value)) {
    return { name, operator: operator === "=" ? "=~" : "!~", value: value.split(",").map(literal).join("|") };
  }
  return { name, operator, value };
}

const write = ({ name, operator, value }: Matcher): string =>
  /[<>]/.test(operator) && /^\d/.test(value) ? `${name}${operator}${value}` : `${name}${operator}${quote(value)}`;

/** LogQL for what is typed: words look for text, fields for labels and structured metadata. */
export function toLogql(text: string): string {
  if (isLogql(text)) return text.trim();
  const { terms, pipeline } = parseSearch(text);
  const matchers = terms.filter((term) => term.kind === "field").map(matcherOf);
  const ofStream = matchers.filter(({ name, operator }) => name === SERVICE_FIELD && !/[<>]/.test(operator));
  // A selector needs one matcher that does not take the empty text.
  const needsAll = !ofStream.some(({ operator }) => operator === "=" || operator === "=~");
  const selector = `{${[...(needsAll ? [EVERYTHING] : []), ...ofStream.map(write)].join(", ")}}`;
  const filters = terms.filter((term) => term.kind === "text").map(lineFilter);
  const others = matchers.filter((one) => !ofStream.includes(one)).map((one) => `| ${write(one)}`);
  return [selector, ...filters, ...others, pipeline].filter((part) => part !== "").join(" ");
}

/** How many lines each level has in each step, for the histogram. */
export const toHistogram = (logql: string, stepSeconds: number): string =>
  `sum by (${LEVEL_FIELD}) (count_over_time(${logql} [${stepSeconds}s]))`;
