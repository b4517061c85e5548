import { createLineSplitter, MAX_LINE_CHARS } from "./lines.ts";

/** One event of a `text/event-stream`. `data` joins its data lines with newlines, as the HTML standard says. */
export type ServerSentEvent = { readonly event: string; readonly data: string };

/** Parses server-sent events as bytes arrive (WHATWG HTML, section 9.2.6). An event that is not ended by an empty line is none. */
export function createSseParser(onEvent: (event: ServerSentEvent) => void): { feed: (chunk: Uint8Array) => void } {
  let event = "";
  let data: string[] = [];
  let dataChars = 0;

  const line = (text: string): void => {
    if (text === "") {
      if (data.length > 0 && dataChars <= MAX_LINE_CHARS) onEvent({ event, data: data.join("\n") });
      event = "";
      data = [];
      dataChars = 0;
      return;
    }
    const colon = text.indexOf(":");
    const field = colon === -1 ? text : text.slice(0, colon);
    let value = colon === -1 ? "" : text.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") {
      dataChars += value.length + 1;
      // What is too much is remembered only as such: one empty line says that there was data.
      if (dataChars > MAX_LINE_CHARS) data = [""];
      else data.push(value);
    } else if (field === "event") event = value;
  };
  return { feed: createLineSplitter(line).feed };
}
