/** The UTF-16 code units of a text in an array, which is read several times faster than the text; a 0 stands behind the last. */
export type Codes = Uint16Array;

/** Longer texts get an array of their own, so that nothing large is held. */
const KEPT = 1 << 15;

/** Builds the function that writes a text down. What it returns is valid until the next call. */
export function createCodeReader(): (text: string) => Codes {
  let kept: Codes | undefined;
  let keptBytes: Buffer | undefined;
  return (text) => {
    const { length } = text;
    if (length > KEPT) {
      const codes = new Uint16Array(length + 1);
      Buffer.from(codes.buffer).write(text, "utf16le");
      return codes;
    }
    kept ??= new Uint16Array(KEPT + 1);
    keptBytes ??= Buffer.from(kept.buffer);
    keptBytes.write(text, "utf16le");
    kept[length] = 0;
    return kept;
  };
}
