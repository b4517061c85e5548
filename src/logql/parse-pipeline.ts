import type { Cursor } from "./cursor.ts";
import { parseError } from "./error.ts";
import { parseLabelFilter } from "./parse-label-filter.ts";
import { parseMatcher } from "./parse-selector.ts";
import { createPatternMatcher } from "./pattern.ts";
import { createRegexpCaptures } from "./regexp-captures.ts";
import type { Extraction, LabelChoice, LabelFormat, LineFilter, LineMatchOperator, Stage, Unwrap } from "./syntax.ts";

const LINE_OPERATORS: readonly string[] = ["|=", "!=", "|~", "!~", "|>", "!>"];

/** All that may stand behind a selector, up to `| unwrap` or the end. */
export function parsePipeline(cursor: Cursor): readonly Stage[] {
  const stages: Stage[] = [];
  for (;;) {
    if (cursor.at(...LINE_OPERATORS)) stages.push(...parseLineFilter(cursor));
    else if (cursor.at("|") && !isUnwrap(cursor)) {
      cursor.next();
      stages.push(parseStage(cursor));
    } else return stages;
  }
}

const isUnwrap = (cursor: Cursor): boolean => cursor.peek(1).kind === "word" && cursor.peek(1).text === "unwrap";

/** Turns what a constructor complains of into a parse error. */
function asParseError<T>(prefix: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (error instanceof Error) throw parseError(`${prefix}: ${error.message}`);
    throw error;
  }
}

type Alternative = { readonly text: string; readonly ip: boolean };

function parseAlternative(cursor: Cursor): Alternative {
  if (cursor.peek().kind === "string") return { text: cursor.next().text, ip: false };
  if (!cursor.accept("ip")) throw cursor.unexpected("STRING", "ip");
  cursor.expect("(");
  const { text } = cursor.expectKind("string");
  cursor.expect(")");
  return { text, ip: true };
}

/** `|= "a" or "b"` is one filter; `!= "a" or "b"` excludes both and is two. */
function parseLineFilter(cursor: Cursor): LineFilter[] {
  const operator = cursor.next().text as LineMatchOperator;
  const first = parseAlternative(cursor);
  let others: Alternative[] = [];
  while (cursor.accept("or")) {
    // What follows an ip() in a chain takes the place of what stood before it: so does Loki.
    if (others.at(-1)?.ip === true && !operator.startsWith("!")) others = [];
    others.push(parseAlternative(cursor));
  }
  if (operator.startsWith("!"))
    return [first, ...others].map((one) => ({ kind: "lineFilter", operator, ...one, alternatives: [] }));
  return [{ kind: "lineFilter", operator, ...first, alternatives: others.map(({ text }) => text) }];
}

function parseStage(cursor: Cursor): Stage {
  const token = cursor.peek();
  if (token.kind === "identifier" || cursor.at("(")) return { kind: "labelFilter", filter: parseLabelFilter(cursor) };
  if (token.kind !== "word") throw cursor.unexpected();
  switch (token.text) {
    case "json":
      cursor.next();
      return { kind: "json", extractions: parseExtractions(cursor) };
    case "logfmt":
      return parseLogfmt(cursor);
    case "regexp":
    case "pattern": {
      cursor.next();
      const expression = cursor.expectKind("string").text;
      // Only to see whether it is valid.
      const create = token.text === "regexp" ? createRegexpCaptures : createPatternMatcher;
      asParseError(`invalid ${token.text} parser`, () => create(expression));
      return { kind: token.text, expression };
    }
    case "unpack":
    case "decolorize":
      cursor.next();
      return { kind: token.text };
    case "line_format":
      cursor.next();
      return { kind: "lineFormat", template: cursor.expectKind("string").text };
    case "label_format":
      cursor.next();
      return { kind: "labelFormat", formats: parseList(cursor, parseLabelFormat) };
    case "drop":
    case "keep":
      cursor.next();
      return { kind: token.text, choices: parseList(cursor, parseChoice) };
    default:
      throw cursor.unexpected();
  }
}

function parseList<T>(cursor: Cursor, parse: (cursor: Cursor) => T): readonly T[] {
  const list = [parse(cursor)];
  while (cursor.accept(",")) list.push(parse(cursor));
  return list;
}

function parseExtractions(cursor: Cursor): readonly Extraction[] {
  if (cursor.peek().kind !== "identifier") return [];
  return parseList(cursor, () => {
    const label = cursor.expectKind("identifier").text;
    return { label, expression: cursor.accept("=") ? cursor.expectKind("string").text : label };
  });
}

function parseLogfmt(cursor: Cursor): Stage {
  cursor.next();
  const flags = new Set<string>();
  while (cursor.peek().kind === "flag") flags.add(cursor.next().text);
  return {
    kind: "logfmt",
    strict: flags.has("--strict"),
    keepEmpty: flags.has("--keep-empty"),
    extractions: parseExtractions(cursor),
  };
}

function parseLabelFormat(cursor: Cursor): LabelFormat {
  const label = cursor.expectKind("identifier").text;
  cursor.expect("=");
  const value = cursor.peek();
  if (value.kind !== "identifier" && value.kind !== "string") throw cursor.unexpected("IDENTIFIER", "STRING");
  cursor.next();
  return value.kind === "identifier" ? { label, from: value.text } : { label, template: value.text };
}

function parseChoice(cursor: Cursor): LabelChoice {
  const name = cursor.peek();
  const follows = cursor.peek(1);
  if (name.kind !== "identifier") throw cursor.unexpected("IDENTIFIER");
  if (follows.kind === "word" && ["=", "!=", "=~", "!~"].includes(follows.text)) {
    const matcher = parseMatcher(cursor);
    return { name: matcher.name, matcher };
  }
  cursor.next();
  return { name: name.text };
}

/** `| unwrap …` with the filters behind it, if it stands here. */
export function parseUnwrap(cursor: Cursor): Unwrap | undefined {
  if (!cursor.at("|") || !isUnwrap(cursor)) return undefined;
  cursor.next();
  cursor.next();
  const conversion = cursor.peek();
  let unwrap: Unwrap;
  if (conversion.kind === "function" && ["bytes", "duration", "duration_seconds"].includes(conversion.text)) {
    cursor.next();
    cursor.expect("(");
    const label = cursor.expectKind("identifier").text;
    cursor.expect(")");
    unwrap = { label, conversion: conversion.text === "bytes" ? "bytes" : "duration", filters: [] };
  } else unwrap = { label: cursor.expectKind("identifier").text, conversion: "none", filters: [] };
  while (cursor.accept("|")) {
    if (cursor.peek().kind !== "identifier" && !cursor.at("(")) throw cursor.unexpected();
    unwrap = { ...unwrap, filters: [...unwrap.filters, parseLabelFilter(cursor)] };
  }
  return unwrap;
}
