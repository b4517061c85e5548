const HEX = /^(?:[0-9a-f]{2})+$/;

/** A trace or span id as it is stored: its bytes, or the text itself where it is not lower-case hex. */
export const idBytesOf = (id: string): Uint8Array | string => (HEX.test(id) ? Buffer.from(id, "hex") : id);

export function idTextOf(stored: unknown): string {
  if (stored instanceof Uint8Array) return Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString("hex");
  return stored === null || stored === undefined ? "" : String(stored);
}
