import { parseDuration, truncateToInt64 } from "../../gotext/index.ts";
import type { Labels } from "../../signals/index.ts";
import {
  createStruct,
  declareFunction,
  escapeQuery,
  isStruct,
  nameList,
  type Struct,
  type TemplateFunctions,
  typeOf,
} from "../../template/index.ts";
import { createDuration } from "./go-duration.ts";
import { matches, replaceAll } from "./go-pattern.ts";
import { stripDomain, stripPort } from "./host-port.ts";
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  toFloat,
  toTime,
} from "./humanize.ts";

export type VectorElement = { readonly labels: Labels; readonly value: number };

/** What a template's functions take from their surroundings, looked at when they are called. */
export type TemplateSurroundings = {
  readonly query: (expr: string) => readonly VectorElement[];
  readonly timeMs: () => number;
  readonly externalUrl: string;
};

const SAMPLE = "*template.sample";
const RESULT = "template.queryResult";
const SAMPLE_TYPE = { name: SAMPLE, accepts: (value: unknown) => isStruct(value) && value.type === SAMPLE };
const RESULT_TYPE = { name: RESULT, accepts: (value: unknown) => typeOf(value) === RESULT };

const sampleOf = ({ labels, value }: VectorElement): Struct =>
  createStruct({ type: SAMPLE, fields: { Labels: labels, Value: value } });
const labelOf = (sample: Struct, name: string): string => {
  const labels = sample.fields["Labels"] as Labels;
  return Object.hasOwn(labels, name) ? (labels[name] ?? "") : "";
};

/** Go maps characters one by one: what has no single counterpart stays. */
const mapped = (text: string, map: (character: string) => string): string =>
  Array.from(text, (character) => {
    const other = map(character);
    return [...other].length === 1 ? other : character;
  }).join("");

const words = new Intl.Segmenter("en-US", { granularity: "word" });
const FIRST_CASED = /\p{Lu}|\p{Ll}|\p{Lt}/u;

const upperFirst = (word: string): string =>
  word.replace(FIRST_CASED, (letter) => {
    const [first = "", ...rest] = letter.toUpperCase();
    return first + rest.join("").toLowerCase();
  });

/** The first letter of every word in upper case, the others as they are. */
const title = (text: string): string => Array.from(words.segment(text), ({ segment }) => upperFirst(segment)).join("");

const link = (expr: string, tab: 0 | 1): string => `/graph?g0.expr=${escapeQuery(expr)}&g0.tab=${tab}`;

/** Prometheus' link to an expression, relative to its own address. */
export const tableLink = (expr: string): string => link(expr, 1);

function pathOf(url: string): string {
  try {
    const { pathname } = new URL(url);
    return pathname === "/" && !url.endsWith("/") ? "" : pathname;
  } catch {
    return "";
  }
}

function durationInSeconds(text: string): number {
  const [negative, magnitude] = text.startsWith("-") ? [true, text.slice(1)] : [false, text];
  const durationMs = parseDuration(magnitude);
  if (typeof durationMs === "string") throw new Error(durationMs);
  return (negative ? -durationMs : durationMs) / 1000;
}

/** The functions that Prometheus gives to templates of labels and annotations, under the names they have there. */
export function createPrometheusFunctions({ query, timeMs, externalUrl }: TemplateSurroundings): TemplateFunctions {
  const text = <F extends (...args: string[]) => unknown>(fn: F): F =>
    declareFunction(new Array<"string">(fn.length).fill("string"), fn);
  const number = (fn: (value: unknown) => unknown) => declareFunction(["any"], fn);
  return {
    query: text((expr: string) => nameList(RESULT, query(expr).map(sampleOf))),
    first: declareFunction([RESULT_TYPE], (result: readonly Struct[]) => {
      if (result[0] === undefined) throw new Error("first() called on vector with no elements");
      return result[0];
    }),
    label: declareFunction(["string", SAMPLE_TYPE], (name: string, sample: Struct) => labelOf(sample, name)),
    value: declareFunction([SAMPLE_TYPE], (sample: Struct) => sample.fields["Value"]),
    strvalue: declareFunction([SAMPLE_TYPE], (sample: Struct) => labelOf(sample, "__value__")),
    sortByLabel: declareFunction(["string", RESULT_TYPE], (name: string, result: readonly Struct[]) =>
      nameList(
        RESULT,
        result.toSorted((a, b) => Buffer.compare(Buffer.from(labelOf(a, name)), Buffer.from(labelOf(b, name)))),
      ),
    ),
    args: declareFunction([], (...args: unknown[]) => new Map(args.map((arg, index) => [`arg${index}`, arg])), "any"),
    match: text((pattern: string, given: string) => matches(pattern, given)),
    reReplaceAll: text((pattern: string, replacement: string, given: string) =>
      replaceAll(pattern, replacement, given),
    ),
    safeHtml: text((given: string) => given),
    title: text((given: string) => title(given)),
    toUpper: text((given: string) => mapped(given, (character) => character.toUpperCase())),
    toLower: text((given: string) => mapped(given, (character) => character.toLowerCase())),
    graphLink: text((expr: string) => link(expr, 0)),
    tableLink: text((expr: string) => link(expr, 1)),
    stripPort: text((given: string) => stripPort(given)),
    stripDomain: text((given: string) => stripDomain(given)),
    urlQueryEscape: text((given: string) => escapeQuery(given)),
    parseDuration: text((given: string) => durationInSeconds(given)),
    humanize: number(humanize),
    humanize1024: number(humanize1024),
    humanizeDuration: number(humanizeDuration),
    humanizePercentage: number(humanizePercentage),
    humanizeTimestamp: number(humanizeTimestamp),
    toTime: number(toTime),
    toDuration: number((value) => createDuration(truncateToInt64(toFloat(value) * 1e9))),
    now: text(() => timeMs() / 1000),
    externalURL: text(() => externalUrl),
    pathPrefix: text(() => pathOf(externalUrl)),
  };
}
