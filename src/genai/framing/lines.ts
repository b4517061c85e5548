/** A line beyond this is passed over. The longest that providers send are pictures, of a few megabytes; a hostile server may send any. */
export const MAX_LINE_CHARS = 16 * 1024 * 1024;

export type LineSplitter = {
  readonly feed: (chunk: Uint8Array) => void;
  /** Hands over what stands behind the last line end. */
  readonly end: () => void;
};

/** Splits UTF-8 text that arrives in chunks at LF, CR LF and CR, without looking twice at any of it. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new TextDecoder("utf-8");
  let pieces: string[] = [];
  let heldChars = 0;
  let overlong = false;
  let afterCr = false;

  const hold = (text: string): void => {
    heldChars += text.length;
    if (heldChars > MAX_LINE_CHARS) {
      overlong = true;
      pieces = [];
    } else if (text !== "") pieces.push(text);
  };

  const finishLine = (last: string): void => {
    hold(last);
    const line = overlong ? undefined : pieces.length === 1 ? pieces[0] : pieces.join("");
    pieces = [];
    heldChars = 0;
    overlong = false;
    if (line !== undefined) onLine(line);
  };

  return {
    feed: (chunk) => {
      const text = decoder.decode(chunk, { stream: true });
      if (text === "") return;
      let from = afterCr && text.startsWith("\n") ? 1 : 0;
      afterCr = false;
      let cr = text.indexOf("\r", from);
      let lf = text.indexOf("\n", from);
      while (cr !== -1 || lf !== -1) {
        const atCr = cr !== -1 && (lf === -1 || cr < lf);
        const at = atCr ? cr : lf;
        finishLine(text.slice(from, at));
        from = at + 1;
        if (atCr && lf === from) from += 1;
        else if (atCr && from === text.length) afterCr = true;
        if (cr !== -1 && cr < from) cr = text.indexOf("\r", from);
        if (lf !== -1 && lf < from) lf = text.indexOf("\n", from);
      }
      if (from < text.length) hold(text.slice(from));
    },
    end: () => {
      if (heldChars > 0) finishLine("");
    },
  };
}
