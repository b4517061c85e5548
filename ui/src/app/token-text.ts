/** How a token is written. Pure. */
const SPOKEN = "agent-observatory.tail";
const BEARER = "agent-observatory.bearer.";

/** A token in the fragment of an address (`/#token=…`), which browsers keep to themselves; undefined where there is none. */
export function tokenIn(fragment: string): string | undefined {
  const [, written] = /^#token=(.+)$/.exec(fragment) ?? [];
  try {
    return written === undefined ? undefined : decodeURIComponent(written);
  } catch {
    return undefined;
  }
}

/** Protocols of a WebSocket: the one that is spoken, and the token in letters that a protocol's name may have. */
export function protocolsOf(token: string): string[] {
  const bytes = Array.from(new TextEncoder().encode(token), (byte) => String.fromCharCode(byte)).join("");
  return [SPOKEN, BEARER + btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")];
}
