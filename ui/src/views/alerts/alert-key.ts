/** A short name of an alert's labels, for the address. */
export function shortKey(key: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Rules may be called anything. */
export const alertPath = (name: string): string => `/alert/${encodeURIComponent(name)}`;

/** What the address says, where it says anything. */
export function nameInPath(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
