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

export function createAnswer(maxChars: number, advice: string): Answer {
  const parts: string[] = [];
  let chars = 0;
  return {
    add: (text) => {
      chars += text.length;
      if (chars > maxChars) throw new AnswerTooLarge(maxChars, advice);
      parts.push(text);
    },
    text: () => parts.join(""),
  };
}

/** Adds a JSON array, its commas included. */
export function addArray<Item>(answer: Answer, items: Iterable<Item>, textOf: (item: Item) => string): void {
  let separator = "[";
  for (const item of items) {
    answer.add(separator + textOf(item));
    separator = ",";
  }
  answer.add(separator === "[" ? "[]" : "]");
}

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
