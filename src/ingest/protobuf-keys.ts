/** Longer ones are rare and seldom come again. */
const MAX_BYTES = 64;
const SLOTS = 1024;

type Slot = { readonly bytes: Uint8Array; readonly text: string };

/**
 * Keys of attributes repeat with every span. Found again by their bytes, they cost no new text, and an object takes a
 * known text as the name of a property much faster than a new one. What is kept is bounded: a slot holds the last key
 * that fell to it.
 */
export function createKeyCache(): (bytes: Buffer, start: number, end: number) => string {
  const slots = new Array<Slot | undefined>(SLOTS).fill(undefined);
  return (bytes, start, end) => {
    const length = end - start;
    if (length > MAX_BYTES) return bytes.toString("utf8", start, end);
    let hash = length;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    const index = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const slot = slots[index];
    if (slot !== undefined && slot.bytes.length === length) {
      let at = 0;
      while (at < length && slot.bytes[at] === bytes[start + at]) at += 1;
      if (at === length) return slot.text;
    }
    const text = bytes.toString("utf8", start, end);
    slots[index] = { bytes: new Uint8Array(bytes.subarray(start, end)), text };
    return text;
  };
}
