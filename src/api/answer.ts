import type { ApiResponse } from "./request.ts";

/** The answer grew beyond what one answer may be. What to ask instead differs by API. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";

  constructor(maxChars: number, advice: string) {
    super(`the answer is larger than ${Math.floor(maxChars / 1_000_000)} MB; ${advice}`);
  }
}

/** A text that grows piece by piece and is refused before it grows too large. */
export type Answer = { readonly add: (text: string) => void; readonly text: () => string };

const PART_CHARS = 65_536;

export function createAnswer(maxChars: number, advice: string): Answer {
  // What is put together of many small texts is a tree of them, ten times as large, until it is joined.
  const parts: string[] = [];
  let pending: string[] = [];
  let [chars, pendingChars] = [0, 0];
  const flatten = (): void => {
    parts.push(pending.join(""));
    pending = [];
    pendingChars = 0;
  };
  return {
    add: (text) => {
      chars += text.length;
      if (chars > maxChars) throw new AnswerTooLarge(maxChars, advice);
      pending.push(text);
      pendingChars += text.length;
      if (pendingChars >= PART_CHARS) flatten();
    },
    text: () => {
      flatten();
      return parts.join("");
    },
  };
}

/** Adds a JSON array, its commas included; `add` adds one of its items. */
export function addEach<Item>(answer: Answer, items: Iterable<Item>, add: (item: Item) => void): void {
  let separator = "[";
  for (const item of items) {
    answer.add(separator);
    add(item);
    separator = ",";
  }
  answer.add(separator === "[" ? "[]" : "]");
}

/** The same, where an item is one small text. */
export const addArray = <Item>(answer: Answer, items: Iterable<Item>, textOf: (item: Item) => string): void =>
  addEach(answer, items, (item) => answer.add(textOf(item)));

/** Samples between two calls of `add`. */
export const SAMPLES_AT_ONCE = 256;

export const respond = (status: number, contentType: string, body: string): ApiResponse => ({
  status,
  headers: { "content-type": contentType },
  body,
});

/** As Go's http.Error. */
export const respondPlain = (status: number, text: string): ApiResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  body: text,
});

export const notFound = (): ApiResponse => respondPlain(404, "404 page not found\n");
