/** Deeper JSON is nobody's to read, and whatever walks over it runs out of stack. */
const MAX_DEPTH = 200;
/** Longer than any integer that JavaScript holds exactly; ids of many services are. */
const LONG_NUMBER = /\d{16}/;

function isDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isText) {
      if (sign === "\\") at++;
      else if (sign === '"') isText = false;
    } else if (sign === '"') isText = true;
    else if (sign === "[" || sign === "{") {
      if (++depth > MAX_DEPTH) return true;
    } else if (sign === "]" || sign === "}") depth--;
  }
  return false;
}

/**
 * Reads JSON without changing a digit of it: integers that JavaScript would round become what `keep` makes of their digits, by default a text. Throws
 * for what is no JSON, or too deep.
 */
export function parseExactly(text: string, keep: (digits: string) => unknown = (digits) => digits): unknown {
  if (isDeep(text)) throw new RangeError(`expected JSON of at most ${MAX_DEPTH} levels`);
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_name: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? keep(context?.source ?? "")
      : value,
  );
}

/** Not in every browser: there such numbers stand in quotation marks. */
const raw = (digits: string): unknown =>
  (JSON as { readonly rawJSON?: (text: string) => unknown }).rawJSON?.(digits) ?? digits;

/** The same JSON on several lines. Throws as above. */
export const onSeveralLines = (text: string): string => JSON.stringify(parseExactly(text, raw), undefined, 2);
