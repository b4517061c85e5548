import { fieldName, LEVEL_FIELD, shortName } from "./field-names.ts";
import type { Level } from "./line-fields.ts";
import { EVERYTHING } from "./log-query.ts";
import { isCounting, isLogql, parseSearch, writeTerm } from "./search-text.ts";

/** Adds to what is searched for, in the words it is written in: short terms, or LogQL. */

export type Filter = { readonly name: string; readonly value: string; readonly not: boolean };

/** Several levels are one to us. */
const quotedMatcher = ({ name, value, not }: Filter): string =>
  name === LEVEL_FIELD && value.includes(",")
    ? `${name}${not ? "!~" : "=~"}${JSON.stringify(value.replaceAll(",", "|"))}`
    : `${name}${not ? "!=" : "="}${JSON.stringify(value)}`;
const stage = (filter: Filter): string => `| ${quotedMatcher(filter)}`;

const matches = (filter: Filter, term: ReturnType<typeof parseSearch>["terms"][number]): boolean =>
  term.kind === "field" &&
  fieldName(term.name) === filter.name &&
  term.value === filter.value &&
  term.operator === (filter.not ? "!=" : "=");

/** `{a="b", c=~"d"}` at the beginning of a query: what stands before the matchers, the matchers, the rest. Texts in it may have brackets and commas. */
function selectorOf(text: string): readonly [string, readonly string[], string] {
  const [, open = "", inside = "", rest = ""] =
    /^(\s*\{)((?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`}])*)(\}.*)$/s.exec(text) ?? [];
  const matchers = inside.match(/(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`,])+/g) ?? [];
  return [open, matchers.map((one) => one.trim()).filter((one) => one !== ""), rest];
}

export function hasFilter(text: string, filter: Filter): boolean {
  if (!isLogql(text)) return parseSearch(text).terms.some((term) => matches(filter, term));
  return text.includes(stage(filter)) || selectorOf(text)[1].includes(quotedMatcher(filter));
}

const typed = ({ name, value, not }: Filter): string => writeTerm(shortName(name), value, not);

export const levelFilter = (level: Level): Filter => ({
  name: LEVEL_FIELD,
  value: level === "critical" ? "critical,fatal" : level === "debug" ? "debug,trace" : level,
  not: false,
});

/** With the filter; without its contrary. */
export function addFilter(text: string, filter: Filter): string {
  if (isCounting(text) || hasFilter(text, filter)) return text;
  const without = removeFilter(text, { ...filter, not: !filter.not });
  if (isLogql(without)) return `${without.trim()} ${stage(filter)}`;
  const { terms, pipeline } = parseSearch(without);
  return [...terms.map(({ raw }) => raw), typed(filter), pipeline].filter((part) => part !== "").join(" ");
}

export function removeFilter(text: string, filter: Filter): string {
  if (isCounting(text)) return text;
  if (isLogql(text)) {
    const without = text.replace(` ${stage(filter)}`, () => "");
    const [open, matchers, rest] = selectorOf(without);
    const left = matchers.filter((one) => one !== quotedMatcher(filter));
    if (left.length === matchers.length) return without;
    // Loki wants one matcher that does not take the empty text.
    return `${open}${left.length === 0 ? EVERYTHING : left.join(", ")}${rest}`;
  }
  const { terms, pipeline } = parseSearch(text);
  const left = terms.filter((term) => !matches(filter, term)).map(({ raw }) => raw);
  return [...left, pipeline].filter((part) => part !== "").join(" ");
}

/** Lines of one shape, or all others: Loki's pattern filter, which needs something that may differ. */
export function addPattern(text: string, pattern: string, not: boolean): string {
  if (isCounting(text)) return text;
  const operator = pattern.includes("<_>") ? (not ? "!>" : "|>") : not ? "!=" : "|=";
  return `${text.trim()} ${operator} ${JSON.stringify(pattern)}`.trim();
}
