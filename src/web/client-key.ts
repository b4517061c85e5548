import { builtin } from "../base/index.ts";

/** Longer keys are hashed, so that memory is bounded whatever a program makes keys of. */
const MAX_KEY_CHARS = 64;

/** The first 64 bits of an IPv6 address: a network of this size is what one subscriber gets at least, and can ask from any address of. */
function networkOf(address: string): string {
  const [bare = ""] = address.split("%", 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = "", tail] = bare.split("::");
  const given = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - given.length - (tail === "" ? 0 : tail.split(":").length);
  const groups = [...given, ...Array<string>(Math.max(0, missing)).fill("0"), ...(tail?.split(":") ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16).toString(16))
    .join(":")}::/64`;
}

/** Some proxies forward an address with the port that it came from, which differs with each connection. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;

/** Whom an address stands for: itself, or with IPv6 its network. */
export function keyOfAddress(given: string): string {
  const [, six, four] = WITH_PORT.exec(given) ?? [];
  const address = six ?? four ?? given;
  return address.includes(":") ? networkOf(address) : address;
}

/** A key as the program gives it, fit to be kept. Undefined where it is none. */
export function keyOf(given: unknown): string | undefined {
  if (typeof given === "number" || typeof given === "bigint") return String(given);
  if (typeof given !== "string" || given === "") return undefined;
  if (given.length <= MAX_KEY_CHARS) return given;
  return builtin("node:crypto").createHash("sha256").update(given).digest("base64");
}
