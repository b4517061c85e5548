/** One event of a `text/event-stream`. `data` joins its data lines with newlines, as the HTML standard says. */
export type ServerSentEvent = { readonly event: string; readonly data: string };

/** A line, or an event of many lines, beyond this is not parsed: no provider sends one, and a hostile server may. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;

/** Parses server-sent events as bytes arrive (WHATWG HTML, section 9.2.6). */
export function createSseParser(onEvent: (event: ServerSentEvent) => void): { feed: (chunk: Uint8Array) => void } {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let overlong = false;
  let event = "";
  let data: string | undefined;
  let tooMuch = false;

  const line = (text: string): void => {
    if (text === "") {
      if (data !== undefined && !tooMuch) onEvent({ event, data });
      event = "";
      data = undefined;
      tooMuch = false;
      return;
    }
    const colon = text.indexOf(":");
    const field = colon === -1 ? text : text.slice(0, colon);
    let value = colon === -1 ? "" : text.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") {
      tooMuch ||= (data?.length ?? 0) + value.length > MAX_LINE_CHARS;
      if (!tooMuch) data = data === undefined ? value : `${data}\n${value}`;
    } else if (field === "event") event = value;
  };

  return {
    feed: (chunk) => {
      rest += decoder.decode(chunk, { stream: true });
      let from = 0;
      for (let end = rest.indexOf("\n", from); end !== -1; end = rest.indexOf("\n", from)) {
        if (overlong) overlong = false;
        else line(rest.slice(from, end > from && rest[end - 1] === "\r" ? end - 1 : end));
        from = end + 1;
      }
      rest = rest.slice(from);
      if (rest.length > MAX_LINE_CHARS) {
        rest = "";
        overlong = true;
      }
    },
  };
}
