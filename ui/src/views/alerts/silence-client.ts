import type { Labels } from "../../../../src/backends/index.ts";

/** Alertmanager's API v2: of the embedded process, or of the Alertmanager of the stack behind it. */

export type SilenceMatcher = {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
};
export type SilenceFacts = {
  readonly id: string;
  readonly state: "active" | "pending" | "expired";
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
};

type Fetch = typeof globalThis.fetch;
const ROOT = "/api/v2";

/** What an answer says went wrong: a text, or an object with a message. */
function reasonOf(status: number, body: string): string {
  try {
    const read = JSON.parse(body) as unknown;
    if (typeof read === "string") return read;
    const { message } = read as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // Said in plain words, or not at all.
  }
  return body.trim() === "" ? `HTTP ${status}` : body.trim().slice(0, 200);
}

async function call(fetch: Fetch, path: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(`${ROOT}${path}`, init);
  const body = await response.text();
  if (!response.ok) throw new Error(reasonOf(response.status, body));
  return body;
}

const isText = (value: unknown): value is string => typeof value === "string";

function readMatcher(value: unknown): SilenceMatcher[] {
  const { name, value: wanted, isRegex, isEqual } = (value ?? {}) as Partial<Record<keyof SilenceMatcher, unknown>>;
  return isText(name) && isText(wanted)
    ? [{ name, value: wanted, isRegex: isRegex === true, isEqual: isEqual !== false }]
    : [];
}

/** What is no silence is left out: another version may say more, and never less. */
export function readSilences(answer: unknown): readonly SilenceFacts[] {
  if (!Array.isArray(answer)) throw new Error("expected a list of silences");
  return answer.flatMap((one: unknown) => {
    const { id, status, matchers, startsAt, endsAt, createdBy, comment } = (one ?? {}) as Record<string, unknown>;
    const state = (status as { state?: unknown } | undefined)?.state;
    if (!isText(id) || !Array.isArray(matchers)) return [];
    return {
      id,
      state: state === "active" || state === "pending" ? state : ("expired" as const),
      matchers: matchers.flatMap(readMatcher),
      startsAtMs: Date.parse(String(startsAt)),
      endsAtMs: Date.parse(String(endsAt)),
      createdBy: isText(createdBy) ? createdBy : "",
      comment: isText(comment) ? comment : "",
    };
  });
}

export const listSilences = async (fetch: Fetch): Promise<readonly SilenceFacts[]> =>
  readSilences(JSON.parse(await call(fetch, "/silences")));

export type NewSilence = {
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
};

export const addSilence = (fetch: Fetch, { startsAtMs, endsAtMs, ...silence }: NewSilence): Promise<string> =>
  call(fetch, "/silences", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      ...silence,
      startsAt: new Date(startsAtMs).toISOString(),
      endsAt: new Date(endsAtMs).toISOString(),
    }),
  });

export const expireSilence = (fetch: Fetch, id: string): Promise<string> =>
  call(fetch, `/silence/${encodeURIComponent(id)}`, { method: "DELETE" });

/** Patterns are RE2's there; where JavaScript reads one differently or not at all, nothing is shown as silenced that is not. */
function matches({ name, value, isRegex, isEqual }: SilenceMatcher, labels: Labels): boolean {
  const given = labels[name] ?? "";
  if (!isRegex) return (given === value) === isEqual;
  try {
    return new RegExp(`^(?:${value})$`, "su").test(given) === isEqual;
  } catch {
    return false;
  }
}

export const isSilencedBy = (silence: SilenceFacts, labels: Labels): boolean =>
  silence.state === "active" && silence.matchers.length > 0 && silence.matchers.every((one) => matches(one, labels));

export const writeMatcher = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}${JSON.stringify(value)}`;

/** This alert and no other: its labels as they are. */
export const matchersOf = (labels: Labels): readonly SilenceMatcher[] =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }));
