import { parseDuration, unquotePrometheus } from "../gotext/index.ts";
import type { NumberLiteral } from "./ast.ts";
import type { PromqlError } from "./error.ts";
import { parseNumber } from "./literals.ts";
import type { Modifier } from "./modifiers.ts";
import type { SyntaxNode } from "./syntax.ts";

/** A text being read: literals of its syntax tree, and what else is known of it. */
export type Reader = {
  readonly text: string;
  readonly fail: (at: number, message: string) => PromqlError;
  /** By where that ends which they modify; those that found it are taken out. */
  readonly modifiers: Map<number, Modifier[]>;
};

export const childrenOf = (node: SyntaxNode): SyntaxNode[] => {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
};

export const childOf = (node: SyntaxNode, name: string): SyntaxNode | undefined =>
  childrenOf(node).find((child) => child.name === name);

export const textOf = ({ text }: Reader, node: SyntaxNode): string => text.slice(node.from, node.to);

export function readNumber(reader: Reader, node: SyntaxNode): NumberLiteral {
  const [, sign, digits = ""] = /^([-+]?)\s*(?:#[^\n]*\n\s*)*(.*)$/s.exec(textOf(reader, node)) ?? [];
  const isDuration = /[a-z]$/.test(digits) && !/^(?:inf|nan)$/i.test(digits) && !/^0x/i.test(digits);
  let value: number;
  if (isDuration) {
    const durationMs = parseDuration(digits);
    if (typeof durationMs === "string") throw reader.fail(node.from, durationMs);
    value = durationMs / 1000;
  } else {
    const number = parseNumber(digits);
    if (typeof number === "string") throw reader.fail(node.from, `error parsing number: ${number}`);
    value = number;
  }
  return { kind: "number", value: sign === "-" ? -value : value, isDuration, start: node.from, end: node.to };
}

/** Milliseconds of a duration; arithmetic on durations is experimental in Prometheus. */
function readDuration(reader: Reader, node: SyntaxNode): number {
  const [first, second] = childrenOf(node);
  if (first === undefined) throw reader.fail(node.from, "experimental duration expression is not enabled");
  if (first.name === "UnaryOp" && second?.name === node.name) {
    const durationMs = readDuration(reader, second);
    return textOf(reader, first) === "-" ? -durationMs : durationMs;
  }
  if (first.name !== "NumberDurationLiteralInDurationContext" || reader.text[node.from] === "(") {
    throw reader.fail(node.from, "experimental duration expression is not enabled");
  }
  const seconds = readNumber(reader, first).value;
  if (!(Math.abs(seconds) <= 2 ** 63 / 1e9)) throw reader.fail(node.from, "duration out of range");
  return Math.round(seconds * 1e9) / 1e6;
}

export function readPositiveDuration(reader: Reader, node: SyntaxNode): number {
  const durationMs = readDuration(reader, node);
  if (durationMs <= 0) throw reader.fail(node.from, "duration must be greater than 0");
  return durationMs;
}

/** The scanner has accepted it. */
export const readString = (reader: Reader, node: SyntaxNode): string => unquotePrometheus(textOf(reader, node)) ?? "";
