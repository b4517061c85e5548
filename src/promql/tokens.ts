import { quote } from "../gotext/index.ts";
import { isSpace, scanDuration, scanNumber, scanString } from "./token-scanners.ts";

export type TokenKind = "identifier" | "number" | "duration" | "string" | "symbol" | "end";

export type Token = { readonly kind: TokenKind; readonly start: number; readonly end: number };

export type LexicalError = { readonly start: number; readonly message: string };

export type Tokens = {
  readonly tokens: readonly Token[];
  /** What no token can be made of; the tokens end before it. */
  readonly error?: LexicalError;
};

const SYMBOLS = ["==", "!=", "<=", "</", ">=", ">/", ..."=<>+-*/%^@,()[]{}"] as const;
/** Inside braces there are matchers only. */
const BRACE_SYMBOLS = ["=~", "!~", "!=", "=", ",", "}"] as const;
const IDENTIFIER = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const DURATION_KEYWORD = /^(?:step|range|min_of|max_of)$/i;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** As Go writes a character in an error. */
export const quoteCharacter = (text: string, at: number): string => {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0xfffd);
  return character === "'" ? "'\\''" : character === "\n" ? "'\\n'" : `'${character}'`;
};

const matchAt = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
};

type Scan = { end: number; kind: TokenKind } | { error: string };

function scanQuoted(text: string, at: number): Scan {
  const scanned = scanString(text, at);
  return typeof scanned === "number" ? { end: scanned, kind: "string" } : { error: scanned };
}

function scanSymbol(text: string, at: number, symbols: readonly string[], unexpected: string): Scan {
  const symbol = symbols.find((one) => text.startsWith(one, at));
  if (symbol !== undefined) return { end: at + symbol.length, kind: "symbol" };
  if (text[at] === "!") {
    const next = at + 1 < text.length ? quoteCharacter(text, at + 1) : "end of input";
    return { error: `unexpected character after '!'${unexpected}: ${next}` };
  }
  return { error: `unexpected character${unexpected}: ${quoteCharacter(text, at)}` };
}

function scanInBraces(text: string, at: number): Scan {
  const character = text[at] as string;
  if (character === '"' || character === "'" || character === "`") return scanQuoted(text, at);
  const label = matchAt(LABEL, text, at);
  if (label > at) return { end: label, kind: "identifier" };
  if (character === "{") return { error: "unexpected left brace '{'" };
  return scanSymbol(text, at, BRACE_SYMBOLS, " inside braces");
}

/** Inside brackets there are durations, and keywords of experimental arithmetic on them. */
function scanInBrackets(text: string, at: number, isFirst: boolean): Scan | undefined {
  if (text[at] === ":") return { end: at + 1, kind: "symbol" };
  const word = text.slice(at, matchAt(IDENTIFIER, text, at));
  if (word === "" && !/["'`]/.test(text[at] as string)) return undefined;
  if (DURATION_KEYWORD.test(word)) return { end: at + word.length, kind: "identifier" };
  const character = quoteCharacter(text, at);
  return {
    error: isFirst
      ? `unexpected character in duration expression: ${character}`
      : `unexpected character: ${character}, expected ':'`,
  };
}

function scanOutside(text: string, at: number): Scan {
  const character = text[at] as string;
  if (character === '"' || character === "'" || character === "`") return scanQuoted(text, at);
  if (/\d/.test(character) || (character === "." && /\d/.test(text[at + 1] ?? ""))) {
    const number = scanNumber(text, at);
    if (number > at) return { end: number, kind: "number" };
    const duration = scanDuration(text, at);
    if (duration > at) return { end: duration, kind: "duration" };
    return {
      error: `bad number or duration syntax: ${quote(/^[\w.]{1,20}/.exec(text.slice(at))?.[0] ?? "")}`,
    };
  }
  if (text.startsWith("=~", at)) return { error: "unexpected character after '=': '~'" };
  const identifier = matchAt(IDENTIFIER, text, at);
  if (identifier > at) return { end: identifier, kind: "identifier" };
  return scanSymbol(text, at, SYMBOLS, "");
}

const skipBlank = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    while (isSpace(text[at])) at += 1;
    if (text[at] !== "#") return at;
    while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at += 1;
  }
};

/** Cuts the text into tokens as Prometheus' lexer does, whose words its errors have. Stops after `most` tokens. */
export function tokenize(text: string, most: number): Tokens {
  const tokens: Token[] = [];
  let [parens, inBraces, inBrackets] = [0, false, false];
  let at = 0;
  const fail = (message: string, start = at): Tokens => ({ tokens, error: { start, message } });
  for (;;) {
    at = skipBlank(text, at);
    if (at >= text.length) break;
    if (tokens.length >= most) return fail(`expected at most ${most} tokens in a query; split it up`);
    const isFirst = inBrackets && text[tokens.at(-1)?.start ?? 0] === "[";
    const scan = inBraces
      ? scanInBraces(text, at)
      : ((inBrackets ? scanInBrackets(text, at, isFirst) : undefined) ?? scanOutside(text, at));
    if ("error" in scan) return fail(scan.error);
    if (scan.kind === "symbol") {
      const symbol = text[at];
      if (symbol === "{") inBraces = true;
      else if (symbol === "}") {
        if (!inBraces) return fail("unexpected character: '}'");
        inBraces = false;
      } else if (symbol === "(") parens += 1;
      else if (symbol === ")") {
        parens -= 1;
        if (parens < 0) return fail("unexpected right parenthesis ')'");
      } else if (symbol === "[") {
        if (inBrackets) return fail("unexpected left bracket '['");
        inBrackets = true;
      } else if (symbol === "]") {
        if (!inBrackets) return fail("unexpected right bracket ']'");
        inBrackets = false;
      }
    }
    tokens.push({ kind: scan.kind, start: at, end: scan.end });
    at = scan.end;
  }
  at = text.length;
  if (inBraces) return fail("unexpected end of input inside braces");
  if (inBrackets && text[tokens.at(-1)?.start ?? 0] === "[") {
    return fail("unexpected end of input in duration expression");
  }
  if (parens > 0) return fail("unclosed left parenthesis");
  if (inBrackets) return fail("unclosed left bracket");
  tokens.push({ kind: "end", start: at, end: at });
  return { tokens };
}
