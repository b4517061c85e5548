import { parseTime } from "../../gotext/index.ts";
import { type KnownSilence, type SilenceDraft, SilenceError, type SilenceMatcher } from "../../rules/index.ts";

/** Why a body is refused, before anybody looks at what it asks for. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: 400 | 422;
  readonly code: number;

  constructor(status: 400 | 422, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const REQUIRED = 602;
const TOO_FEW_ITEMS = 612;
const unreadable = (why: string): BodyError =>
  new BodyError(400, 400, `parsing silence body from "" failed, because ${why}`);
const required = (name: string): BodyError => new BodyError(422, REQUIRED, `${name} in body is required`);

type Members = Readonly<Record<string, unknown>>;
const nameOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

function member(given: Members, name: string, type: "string" | "boolean"): unknown {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw unreadable(`json: cannot unmarshal ${nameOf(value)} into field ${name}`);
  return value;
}

const text = (given: Members, name: string, path = name): string => {
  const value = member(given, name, "string");
  if (value === undefined) throw required(path);
  return value as string;
};

function time(given: Members, name: string): number {
  const value = text(given, name);
  const parsed = parseTime("2006-01-02T15:04:05.999999999Z07:00", value);
  if (parsed === undefined) throw unreadable(`parsing time ${JSON.stringify(value)} as RFC 3339 failed`);
  return Number(parsed.timeNs / 1_000_000n);
}

function readMatcher(value: unknown, index: number): SilenceMatcher {
  if (typeof value !== "object" || value === null) throw required(`matchers.${index}`);
  const given = value as Members;
  const isRegex = member(given, "isRegex", "boolean");
  if (isRegex === undefined) throw required(`matchers.${index}.isRegex`);
  const isEqual = member(given, "isEqual", "boolean") ?? true;
  return {
    name: text(given, "name", `matchers.${index}.name`),
    operator: isEqual === true ? (isRegex === true ? "=~" : "=") : isRegex === true ? "!~" : "!=",
    value: text(given, "value", `matchers.${index}.value`),
  };
}

/** Throws `BodyError`, or `SilenceError` where nobody says who silences and why: Alertmanager's own page asks for both as well. */
export function readSilence(body: string): SilenceDraft {
  if (body.trim() === "") throw new BodyError(422, REQUIRED, "silence in body is required");
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw unreadable(`json: cannot unmarshal ${nameOf(given)} into a silence`);
  const members = given as Members;
  const comment = text(members, "comment");
  const createdBy = text(members, "createdBy");
  const [startsAtMs, endsAtMs] = [time(members, "startsAt"), time(members, "endsAt")];
  const { matchers } = members;
  if (matchers === undefined || matchers === null) throw required("matchers");
  if (!Array.isArray(matchers)) throw unreadable(`json: cannot unmarshal ${nameOf(matchers)} into field matchers`);
  if (matchers.length === 0) throw new BodyError(422, TOO_FEW_ITEMS, "matchers in body should have at least 1 items");
  const read = matchers.map(readMatcher);
  if (comment.trim() === "") throw new SilenceError("invalid", "invalid silence: comment is missing");
  if (createdBy.trim() === "") throw new SilenceError("invalid", "invalid silence: creator information is missing");
  const id = member(members, "id", "string") as string | undefined;
  return {
    ...(id !== undefined && id !== "" && { id }),
    matchers: read,
    startsAtMs,
    endsAtMs,
    createdBy,
    comment,
  };
}

const timeJson = (ms: number): string => new Date(ms).toISOString();

export const silenceJson = ({ id, state, matchers, ...silence }: KnownSilence) => ({
  id,
  status: { state },
  updatedAt: timeJson(silence.updatedAtMs),
  comment: silence.comment,
  createdBy: silence.createdBy,
  endsAt: timeJson(silence.endsAtMs),
  matchers: matchers.map(({ name, operator, value }) => ({
    isEqual: operator === "=" || operator === "=~",
    isRegex: operator === "=~" || operator === "!~",
    name,
    value,
  })),
  startsAt: timeJson(silence.startsAtMs),
});
