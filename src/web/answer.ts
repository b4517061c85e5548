import type { Quota } from "./quota.ts";

/** What of a response is needed to tell a client of its quota. */
export type HeaderPlace = {
  readonly getHeader: (name: string) => unknown;
  readonly setHeader: (name: string, value: string) => void;
};

export type Policy = { readonly limit: number; readonly windowMs: number };

export const PROBLEM_TYPE = "application/problem+json";

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** Tells policies apart where a response is subject to several. */
const nameOf = ({ limit, windowMs }: Policy): string => `${limit}-in-${secondsOf(windowMs)}s`;

/** From now, as `Retry-After` has it. */
export const retryAfterSeconds = ({ resetMs }: Quota): number => secondsOf(resetMs);

/** Lists in headers grow by what is not in them. */
function append({ getHeader, setHeader }: HeaderPlace, header: string, name: string, item: string): void {
  const before = getHeader(header);
  if (before === undefined || before === null || before === "") setHeader(header, item);
  else if (!String(before).includes(`"${name}"`)) setHeader(header, `${String(before)}, ${item}`);
}

/** Tells what is left, in the headers of draft-ietf-httpapi-ratelimit-headers-10; of who is turned away also when to come again (RFC 9110). */
export function tellQuota(place: HeaderPlace, policy: Policy, quota: Quota): void {
  const name = nameOf(policy);
  append(place, "RateLimit-Policy", name, `"${name}";q=${policy.limit};w=${secondsOf(policy.windowMs)}`);
  append(place, "RateLimit", name, `"${name}";r=${quota.remaining};t=${secondsOf(quota.resetMs)}`);
  if (!quota.isAllowed) place.setHeader("Retry-After", String(retryAfterSeconds(quota)));
}

/** The body for who is turned away: a problem (RFC 9457) of the type that the same draft registers. */
export const problemBody = (policy: Policy): string =>
  JSON.stringify({
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    title: "Request cannot be satisfied as assigned quota has been exceeded",
    status: 429,
    "violated-policies": [nameOf(policy)],
  });
