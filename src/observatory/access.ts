import { createHash, timingSafeEqual } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import type { Guard } from "../receive/index.ts";

/** Whether only programs of this machine reach what listens on the address. A name that begins as such an address can belong to anybody. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || (isIPv4(host) && host.startsWith("127."));

/** Whether a browser sends a request for a page of the very host that it asks. */
export const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) && new URL(origin).host === host;

/** The name in a Host header, without port, in lower case. */
function nameOf(host: string): string {
  const bare = host.startsWith("[") ? host.slice(1).split("]", 1)[0] : host.split(":", 1)[0];
  return (bare ?? "").toLowerCase().replace(/\.$/, "");
}

export type AccessOptions = {
  /** What is listened on. */
  readonly host: string;
  readonly token?: string;
  /** Names that may be asked for besides this machine's own. */
  readonly allowedHosts: readonly string[];
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Whether a name may be asked for. A page of another origin can make its own name lead here, but no address and none of this machine's names. */
export function createHostCheck({ host, allowedHosts }: AccessOptions): (asked: string | undefined) => boolean {
  const allowed = new Set(allowedHosts.map(nameOf));
  // Where other machines may ask, the token is what keeps pages out.
  if (!isLoopback(host)) return () => true;
  return (asked) => {
    if (asked === undefined) return true;
    const name = nameOf(asked);
    return isIP(name) !== 0 || isLoopback(name) || allowed.has(name);
  };
}

/** Who is heard: those who ask for a name of this machine and, where there is a token, know it. */
export function createGuard(options: AccessOptions): Guard {
  const knowsHost = createHostCheck(options);
  const expected = options.token === undefined ? undefined : digest(`Bearer ${options.token}`);
  return ({ host, authorization }) => {
    if (!knowsHost(host)) {
      const message = `expected a name of this machine as host; others are allowed by allowedHosts in observatory.yaml (--allowed-hosts)`;
      return { status: 403, message };
    }
    // Digests are equally long, so that the comparison tells nothing of the token.
    if (expected === undefined || timingSafeEqual(digest(authorization ?? ""), expected)) return undefined;
    return {
      status: 401,
      message: "expected the header Authorization: Bearer and the token of this agent-observatory",
    };
  };
}
