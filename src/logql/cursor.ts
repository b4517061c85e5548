import { type LogqlError, parseError } from "./error.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Deeper than any query a person writes; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 500;

/** What a parser reads tokens from. */
export type Cursor = {
  readonly peek: (ahead?: number) => Token;
  readonly next: () => Token;
  /** Whether the token that comes is this word (keyword, operator, bracket). */
  readonly at: (...words: string[]) => boolean;
  /** The same, and if so steps over it. */
  readonly accept: (word: string) => boolean;
  readonly expect: (word: string) => void;
  readonly expectKind: (kind: Token["kind"]) => Token;
  /** The error that the token which comes is not what may stand here. */
  readonly unexpected: (...expected: string[]) => LogqlError;
  /** Runs a part of a parser one level deeper. */
  readonly nested: <T>(parse: () => T) => T;
  readonly tooDeep: () => LogqlError;
};

/** Names of tokens in Loki's messages. */
function nameOf({ kind, text }: Token): string {
  if (kind === "end") return "$end";
  if (kind === "flag") return "FUNCTION_FLAG";
  if (kind === "word") return text;
  if (kind === "function") return text === "label_replace" || text === "ip" ? text : text.toUpperCase();
  return kind.toUpperCase();
}

export function createCursor(text: string): Cursor {
  const { tokens, failure } = tokenize(text);
  let position = 0;
  let depth = 0;
  const peek = (ahead = 0): Token => {
    const index = Math.min(position + ahead, tokens.length - 1);
    if (failure !== undefined && index === tokens.length - 1) throw failure;
    return tokens[index] as Token;
  };
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const at = (...words: string[]): boolean => {
    const token = peek();
    return (token.kind === "word" || token.kind === "function") && words.includes(token.text);
  };
  const unexpected = (...expected: string[]): LogqlError => {
    const expecting = expected.length > 0 ? `, expecting ${expected.join(" or ")}` : "";
    return parseError(`syntax error: unexpected ${nameOf(peek())}${expecting}`, peek().at);
  };
  const tooDeep = (): LogqlError => parseError(`the query is nested deeper than ${MAX_DEPTH} levels`);
  return {
    peek,
    next,
    at,
    accept: (word) => {
      if (!at(word)) return false;
      position += 1;
      return true;
    },
    expect: (word) => {
      if (!at(word)) throw unexpected(word);
      position += 1;
    },
    expectKind: (kind) => {
      if (peek().kind !== kind) throw unexpected(kind.toUpperCase());
      return next();
    },
    unexpected,
    nested: (parse) => {
      depth += 1;
      if (depth > MAX_DEPTH) throw tooDeep();
      const parsed = parse();
      depth -= 1;
      return parsed;
    },
    tooDeep,
  };
}
