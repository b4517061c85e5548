import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  Scalar,
  type YAMLMap,
} from "yaml";
import { parseDuration } from "../gotext/index.ts";
import type { RuleProblem } from "./definition.ts";

type Value = Node | null | undefined;

/** Reads a YAML text by the shape it must have, as Prometheus' decoders do, and collects what is wrong with places. */
export type YamlReader = {
  readonly problems: readonly RuleProblem[];
  readonly problem: (node: Value, message: string) => void;
  /** Members of a mapping. What is not among `known` is a problem, and so is anything else than a mapping. */
  readonly members: (node: Value, what: string, known: readonly string[]) => ReadonlyMap<string, Value>;
  readonly list: (node: Value, what: string) => readonly Value[];
  /** A scalar as text, in the way it is written: `5` is "5". undefined where there is none. */
  readonly text: (node: Value, what: string) => string | undefined;
  readonly durationMs: (node: Value, what: string) => number | undefined;
  readonly int: (node: Value, what: string) => number | undefined;
  readonly float: (node: Value, what: string) => number | undefined;
  readonly bool: (node: Value, what: string) => boolean | undefined;
  /** A mapping of any names to texts. */
  readonly texts: (node: Value, what: string) => readonly (readonly [name: string, value: string, node: Value])[];
};

export type { Value as YamlValue };

const describe = (node: Value): string => (isMap(node) ? "a mapping" : isSeq(node) ? "a list" : `"${String(node)}"`);

const durationMsOf = (text: string): number | undefined => {
  const durationMs = parseDuration(text);
  return typeof durationMs === "string" ? undefined : durationMs;
};

/** The reader and the text's only (or first) document. What is no YAML at all is among the problems. */
export function readYaml(file: string, source: string): { readonly reader: YamlReader; readonly root: Value } {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(source, { lineCounter: lines, version: "1.2", stringKeys: false });
  const problems: RuleProblem[] = [];
  const add = (offset: number | undefined, message: string): void => {
    if (offset === undefined) {
      problems.push({ file, message });
      return;
    }
    const { line, col } = lines.linePos(offset);
    problems.push({ file, line, column: col, message });
  };
  // Only the first document of a file counts, as for Prometheus.
  const errors = document.errors.filter(({ code }) => code !== "MULTIPLE_DOCS");
  for (const error of errors) add(error.pos[0], error.message.split("\n")[0]?.replace(/ at line .*$/, "") ?? "");

  const resolve = (node: Value): Value => (isAlias(node) ? node.resolve(document) : node);
  const isNull = (node: Value): boolean =>
    node === null || node === undefined || (isScalar(node) && node.value === null);
  const problem = (node: Value, message: string): void => add((node as ParsedNode | undefined)?.range?.[0], message);

  /** Pairs with what `<<` merges in; a mapping's own members win. */
  const pairsOf = (map: YAMLMap, depth = 0): (readonly [key: Node, name: string, value: Value])[] => {
    const own: (readonly [Node, string, Value])[] = [];
    const merged: (readonly [Node, string, Value])[] = [];
    for (const { key, value } of map.items as { key: Node; value: Value }[]) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
      if (name !== "<<" || depth > 10) {
        own.push([key, name, resolve(value)]);
        continue;
      }
      const target = resolve(value);
      for (const one of isSeq(target) ? (target.items as Node[]) : [target]) {
        const from = resolve(one);
        if (isMap(from)) merged.push(...pairsOf(from, depth + 1));
      }
    }
    return [...merged.filter(([, name]) => !own.some(([, mine]) => mine === name)), ...own];
  };

  const text: YamlReader["text"] = (node, what) => {
    if (isNull(node)) return undefined;
    if (!isScalar(node)) {
      problem(node, `expected a text for ${what}, got ${describe(node)}`);
      return undefined;
    }
    return node.type === Scalar.PLAIN && typeof node.value !== "string" ? (node.source ?? "") : String(node.value);
  };
  const members: YamlReader["members"] = (node, what, known) => {
    if (isNull(node)) return new Map();
    if (!isMap(node)) {
      problem(node, `expected ${what}, got ${describe(node)}`);
      return new Map();
    }
    const found = new Map<string, Value>();
    for (const [key, name, value] of pairsOf(node)) {
      if (!known.includes(name)) {
        problem(key, `expected one of ${known.join(", ")} in ${what}, got the key "${name}"`);
      } else found.set(name, value);
    }
    return found;
  };

  const converted = <T>(
    convert: (value: string) => T | undefined,
    expected: string,
    // A number in quotes is a text, and none for Prometheus.
    isText = false,
  ): ((node: Value, what: string) => T | undefined) => {
    return (node, what) => {
      const value = text(node, what);
      if (value === undefined) return undefined;
      const result = isText || (isScalar(node) && node.type === Scalar.PLAIN) ? convert(value) : undefined;
      if (result === undefined) problem(node, `expected ${expected} for ${what}, got "${value}"`);
      return result;
    };
  };

  const reader: YamlReader = {
    problems,
    problem,
    members,
    text,
    list: (node, what) => {
      if (isNull(node)) return [];
      if (isSeq(node)) return (node.items as Value[]).map(resolve);
      problem(node, `expected a list for ${what}, got ${describe(node)}`);
      return [];
    },
    durationMs: converted(durationMsOf, "a duration such as 30s, 5m or 1h30m", true),
    int: converted((value) => (/^[+-]?\d+$/.test(value) ? Number(value) : undefined), "a whole number"),
    float: converted(parseYamlFloat, "a number"),
    bool: converted(
      (value) => (/^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined),
      "true or false",
    ),
    texts: (node, what) => {
      if (isNull(node)) return [];
      if (!isMap(node)) {
        problem(node, `expected a mapping for ${what}, got ${describe(node)}`);
        return [];
      }
      return pairsOf(node).map(([key, name, value]) => [name, text(value, `${what}.${name}`) ?? "", key] as const);
    },
  };
  return { reader, root: resolve(document.contents) };
}

function parseYamlFloat(value: string): number | undefined {
  if (/^[+-]?\.inf$/i.test(value)) return value.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.nan$/i.test(value)) return Number.NaN;
  const number = value === "" ? Number.NaN : Number(value.replaceAll("_", ""));
  return Number.isNaN(number) ? undefined : number;
}
