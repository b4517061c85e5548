import type { ErrorCategory } from "./categories.ts";
import { classifyError, type ErrorFacts } from "./classify.ts";

export type ErrorDescription = {
  /** The class name, or for what is no error its type, such as `string` or `Object`. */
  readonly type: string;
  /** At most 4096 characters. */
  readonly message: string;
  /** At most 16384 characters; undefined where the thrown value has none. */
  readonly stack?: string;
  readonly category: ErrorCategory;
};

// Four times what error pages show, and a stack of some 150 frames: enough to read, small enough to send thousands of.
const MAX_MESSAGE = 4096;
const MAX_STACK = 16_384;
const MAX_TYPE = 256;
/** Causes are looked through for a category only; real chains are two or three long. */
const MAX_CAUSES = 5;

const shorten = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;

/** Thrown values belong to the program: a getter or a proxy of theirs may throw. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** A member of whatever was thrown; undefined where there is none, or reading it throws. */
export const readMember = (of: unknown, name: string): unknown => (isObject(of) ? attempt(() => of[name]) : undefined);
const member = readMember;

function textMember(of: unknown, name: string): string | undefined {
  const value = member(of, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function typeOf(thrown: unknown): string {
  if (thrown === null) return "null";
  if (!isObject(thrown)) return typeof thrown;
  const constructorName = textMember(member(thrown, "constructor"), "name");
  const name = textMember(thrown, "name");
  // Subclasses that forget to set `name` are called "Error"; their class knows better.
  if (name !== undefined && name !== "Error" && typeof thrown !== "function") return shorten(name, MAX_TYPE);
  return shorten(constructorName ?? name ?? typeof thrown, MAX_TYPE);
}

function messageOf(thrown: unknown, type: string): string {
  if (typeof thrown === "string") return shorten(thrown, MAX_MESSAGE);
  if (!isObject(thrown)) return shorten(String(thrown), MAX_MESSAGE);
  const message = textMember(thrown, "message") ?? textMember(member(thrown, "error"), "message");
  if (message !== undefined) return shorten(message, MAX_MESSAGE);
  const first = member(thrown, "errors");
  const inner = Array.isArray(first) ? attempt(() => textMember(first[0], "message")) : undefined;
  if (inner !== undefined) return shorten(inner, MAX_MESSAGE);
  if (attempt(() => thrown instanceof Error) === true) return "";
  // The members may be anything, of any size and privacy: only their names are said.
  const keys = attempt(() => Object.keys(thrown).slice(0, 10)) ?? [];
  return shorten(`a thrown ${type}${keys.length > 0 ? ` with ${keys.join(", ")}` : ""}`, MAX_MESSAGE);
}

/** What tells the category of what was thrown. */
export function errorFacts(thrown: unknown, type: string, message: string): ErrorFacts {
  if (!isObject(thrown)) return { message };
  // OpenAI's and Anthropic's SDKs keep the body in `error`, the AI SDK in `data.error`.
  const body = member(thrown, "error") ?? member(member(thrown, "data"), "error");
  const code = member(thrown, "code") ?? member(body, "code");
  const status =
    member(thrown, "status") ??
    member(thrown, "statusCode") ??
    member(member(thrown, "$metadata"), "httpStatusCode") ??
    member(member(thrown, "response"), "status");
  const errorType = textMember(thrown, "type") ?? textMember(body, "type") ?? textMember(member(body, "error"), "type");
  return {
    name: type,
    message,
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(typeof status === "number" && { status }),
    ...(errorType !== undefined && { errorType }),
  };
}

function categoryOf(thrown: unknown, type: string, message: string): ErrorCategory {
  let category = classifyError(errorFacts(thrown, type, message));
  const several = member(thrown, "errors");
  let cause =
    member(thrown, "cause") ?? member(thrown, "lastError") ?? (Array.isArray(several) ? several[0] : undefined);
  // "fetch failed" and "internal" tell less than the cause they wrap; a category that is exact already stays.
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined && cause !== null; depth++) {
    if (category !== "unknown" && category !== "network" && category !== "internal" && category !== "api") break;
    const causeType = typeOf(cause);
    const inner = classifyError(errorFacts(cause, causeType, messageOf(cause, causeType)));
    if (inner !== "unknown" && inner !== "internal") category = inner;
    cause = member(cause, "cause");
  }
  return category;
}

/** Describes whatever was thrown. Never throws itself, and reads no more of the value than its usual members. */
export function describeError(thrown: unknown): ErrorDescription {
  const type = attempt(() => typeOf(thrown)) ?? "unknown";
  const message = attempt(() => messageOf(thrown, type)) ?? "";
  const stack = textMember(thrown, "stack");
  return {
    type,
    message,
    ...(stack !== undefined && { stack: shorten(stack, MAX_STACK) }),
    category: attempt(() => categoryOf(thrown, type, message)) ?? "unknown",
  };
}
