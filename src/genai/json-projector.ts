/**
 * Reads chosen members out of a JSON text that arrives in chunks, without keeping the text: a 5 MB prompt costs one pass over
 * its bytes and no memory. Broken JSON yields what was readable.
 */
export type Template =
  /** Keep this value whole, up to `maxValueBytes`. */
  | true
  /** Keep how many elements an array has; of any other value only that it is there: 1. `countOf` reads it back. */
  | "count"
  | { readonly [key: string]: Template };

export type JsonProjector = {
  readonly feed: (chunk: Uint8Array) => void;
  /** The members that the template names, as far as they were complete. Arrays are walked with the same template. */
  readonly result: () => unknown;
};

type Container = { readonly template: Template; readonly target: Record<string, unknown> | unknown[]; key: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Of `null`: the only value that begins so. */
const LETTER_N = 0x6e;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isBom = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf;

/** A key longer than this is nobody's parameter name. */
const MAX_KEY_BYTES = 256;
/** Arrays inside arrays are walked so deep: a hostile text may have nothing but opening brackets. */
const MAX_DEPTH = 64;
/** More elements than this of the walked arrays are not kept, and no more than this of kept bytes, besides one last value. */
const MAX_KEPT_VALUES = 20_000;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** What a template says `"count"` of, in a text that was projected or parsed whole; undefined where there is nothing. */
export function countOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length;
  return typeof value === "number" ? value : 1;
}

export function createJsonProjector(template: Template, maxValueBytes = 65_536): JsonProjector {
  const stack: Container[] = [];
  let root: unknown;
  /** What the walk expects next when it is not inside a value that is skipped or kept whole. */
  let expect: "value" | "key" | "colon" | "nothing" = "value";

  // One value being passed over: `depth` counts its open containers, `pieces` holds its bytes where it is kept.
  let inside = false;
  let isKey = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let isScalar = false;
  let keep = false;
  let keptBytes = 0;
  let counting = false;
  let countsElements = false;
  let elements = 0;
  let filled = false;
  let totalValues = 0;
  let totalBytes = 0;
  let pieces: Uint8Array[] = [];

  const currentTemplate = (): Template | undefined => {
    const top = stack[stack.length - 1];
    if (top === undefined) return template;
    if (Array.isArray(top.target)) return top.template;
    return typeof top.template !== "object" || !Object.hasOwn(top.template, top.key)
      ? undefined
      : top.template[top.key];
  };

  const assign = (value: unknown): void => {
    totalValues += 1;
    if (totalValues > MAX_KEPT_VALUES) return;
    const top = stack[stack.length - 1];
    if (top === undefined) root = value;
    else if (Array.isArray(top.target)) top.target.push(value);
    else Object.defineProperty(top.target, top.key, { value, enumerable: true, configurable: true, writable: true });
  };

  const afterValue = (): void => {
    const top = stack[stack.length - 1];
    expect = top === undefined ? "nothing" : Array.isArray(top.target) ? "value" : "key";
  };

  const begin = (byte: number, kept: boolean): void => {
    inside = true;
    keep = kept && totalBytes < MAX_KEPT_BYTES;
    countsElements = counting && byte === OPEN_BRACKET;
    elements = 0;
    filled = false;
    keptBytes = 0;
    pieces = [];
    inString = byte === QUOTE;
    escaped = false;
    depth = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 1 : 0;
    isScalar = !inString && depth === 0;
  };

  const record = (bytes: Uint8Array): void => {
    if (!keep) return;
    keptBytes += bytes.length;
    totalBytes += bytes.length;
    if (keptBytes > (isKey ? MAX_KEY_BYTES : maxValueBytes)) {
      keep = false;
      pieces = [];
      return;
    }
    // Copied: the transport may reuse or hand away the memory under the chunk.
    pieces.push(Uint8Array.prototype.slice.call(bytes));
  };

  const finish = (): void => {
    inside = false;
    let value: unknown;
    if (keep) {
      try {
        value = JSON.parse(Buffer.concat(pieces).toString("utf8"));
      } catch {
        // What cannot be parsed is left out, as if it had not been sent.
      }
    }
    pieces = [];
    if (isKey) {
      isKey = false;
      const top = stack[stack.length - 1];
      if (top !== undefined) top.key = typeof value === "string" ? value : "";
      expect = "colon";
      return;
    }
    if (counting) value = countsElements ? elements + (filled ? 1 : 0) : 1;
    counting = false;
    if (value !== undefined) assign(value);
    afterValue();
  };

  /** Passes over the value in progress; returns the offset behind what it consumed. */
  const passOver = (chunk: Uint8Array, start: number): number => {
    let at = start;
    while (at < chunk.length) {
      if (inString) {
        if (escaped) {
          escaped = false;
          at += 1;
          continue;
        }
        const quote = chunk.indexOf(QUOTE, at);
        const stop = quote === -1 ? chunk.length : quote;
        // Only an odd run of backslashes straight before the quote (or the chunk's end) escapes what follows.
        let slashes = 0;
        while (stop - 1 - slashes >= at && chunk[stop - 1 - slashes] === BACKSLASH) slashes += 1;
        const odd = slashes % 2 === 1;
        if (quote === -1) {
          escaped = odd;
          at = chunk.length;
          break;
        }
        at = quote + 1;
        if (odd) continue;
        inString = false;
        if (depth === 0) {
          record(chunk.subarray(start, at));
          finish();
          return at;
        }
        continue;
      }
      const byte = chunk[at]!;
      if (countsElements && depth === 1) {
        if (byte === COMMA) elements += 1;
        else if (byte !== CLOSE_BRACKET && !isSpace(byte)) filled = true;
      }
      if (isScalar) {
        if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) {
          record(chunk.subarray(start, at));
          finish();
          return at;
        }
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          record(chunk.subarray(start, at + 1));
          finish();
          return at + 1;
        }
      }
      at += 1;
    }
    record(chunk.subarray(start, at));
    return at;
  };

  /** Begins the value at `at` and passes over its first byte. */
  const beginAt = (chunk: Uint8Array, at: number, kept: boolean): number => {
    begin(chunk[at]!, kept);
    if (isScalar) return passOver(chunk, at);
    record(chunk.subarray(at, at + 1));
    return passOver(chunk, at + 1);
  };

  const open = (isArray: boolean, inner: Template): void => {
    const target = isArray ? [] : {};
    assign(target);
    stack.push({ template: inner, target, key: "" });
    expect = isArray ? "value" : "key";
  };

  const step = (chunk: Uint8Array, at: number): number => {
    const byte = chunk[at]!;
    if (isSpace(byte) || byte === COMMA || (stack.length === 0 && isBom(byte))) return at + 1;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      stack.pop();
      afterValue();
      return at + 1;
    }
    if (expect === "colon") {
      expect = "value";
      return byte === COLON ? at + 1 : at;
    }
    if (expect === "key") {
      isKey = byte === QUOTE;
      return beginAt(chunk, at, isKey);
    }
    const inner = currentTemplate();
    const walked = typeof inner === "object" && stack.length < MAX_DEPTH;
    if (walked && (byte === OPEN_BRACE || byte === OPEN_BRACKET)) {
      open(byte === OPEN_BRACKET, inner);
      return at + 1;
    }
    counting = inner === "count" && byte !== LETTER_N;
    return beginAt(chunk, at, inner === true);
  };

  return {
    feed: (chunk) => {
      let at = 0;
      while (at < chunk.length && expect !== "nothing") at = inside ? passOver(chunk, at) : step(chunk, at);
    },
    result: () => {
      if (inside && isScalar && stack.length === 0) finish();
      return root;
    },
  };
}
