/** FNV-1a over the text's UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** Names a group among those of all files. */
export const groupKey = ({ file, name }: { readonly file: string; readonly name: string }): string => `${file};${name}`;

/**
 * The latest time slot of a group that is not after `nowMs`. As in Prometheus, slots are whole intervals since the epoch, moved by a hash of the
 * group so that groups do not run all at once; the hash is another one than Prometheus'.
 */
export function slotBefore(key: string, intervalMs: number, nowMs: number): number {
  const offsetMs = hash(key) % intervalMs;
  return Math.floor((nowMs - offsetMs) / intervalMs) * intervalMs + offsetMs;
}
