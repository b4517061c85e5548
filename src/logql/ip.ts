import { quote } from "../gotext/index.ts";

type Address = { readonly bits: 32 | 128; readonly value: bigint };

const V4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

function parseV4(text: string): bigint | undefined {
  if (!V4.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part < 256) ? parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) : undefined;
}

function parseV6(text: string): bigint | undefined {
  // An IPv4 address may stand in place of the last two groups.
  const lastColon = text.lastIndexOf(":");
  let whole = text;
  if (text.includes(".")) {
    const v4 = parseV4(text.slice(lastColon + 1));
    if (v4 === undefined || lastColon < 0) return undefined;
    whole = `${text.slice(0, lastColon + 1)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  }
  const halves = whole.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<string>(missing).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = text.includes(":") ? parseV6(text) : undefined;
  return v6 === undefined ? undefined : { bits: 128, value: v6 };
}

/** First and last address of an address, a network (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`). */
function parseRange(pattern: string): { readonly first: Address; readonly last: Address } | undefined {
  const single = parseAddress(pattern);
  if (single !== undefined) return { first: single, last: single };
  const network = /^(.*)\/(0|[1-9]\d*)$/.exec(pattern);
  if (network !== null) {
    const address = parseAddress(network[1] ?? "");
    const length = Number(network[2]);
    if (address === undefined || length > address.bits) return undefined;
    const hostBits = BigInt(address.bits - length);
    const first = (address.value >> hostBits) << hostBits;
    const last = first | ((1n << hostBits) - 1n);
    return { first: { ...address, value: first }, last: { ...address, value: last } };
  }
  const dash = pattern.indexOf("-");
  const [first, last] = [parseAddress(pattern.slice(0, dash)), parseAddress(pattern.slice(dash + 1))];
  if (dash < 0 || first === undefined || last === undefined) return undefined;
  return first.bits === last.bits && first.value <= last.value ? { first, last } : undefined;
}

const V4_RUN = /[0-9.]+/y;
const V6_RUN = /[0-9a-fA-F:.]+/y;
const V4_START = /[0-9](?:\.|.\.|..\.)/sy;
const V6_START = /::[0-9a-fA-F]|[0-9a-fA-F]{1,4}:/y;
/** Nothing else can begin an address. */
const CANDIDATE = /[0-9a-fA-F:]/g;

/** Whether a text has an address that the pattern means. Throws an `Error` where the pattern is none. */
export function createIpTest(pattern: string): (text: string) => boolean {
  const range = parseRange(pattern);
  if (range === undefined) throw new Error(`ip: invalid pattern: ${quote(pattern)}`);
  const { first, last } = range;
  const contains = (text: string): boolean => {
    const address = parseAddress(text);
    return address?.bits === first.bits && address.value >= first.value && address.value <= last.value;
  };
  const matchAt = (expression: RegExp, text: string, at: number): string | undefined => {
    expression.lastIndex = at;
    return expression.exec(text)?.[0];
  };
  return (text) => {
    for (let at = 0; at < text.length; at += 1) {
      CANDIDATE.lastIndex = at;
      const candidate = CANDIDATE.exec(text);
      if (candidate === null) return false;
      at = candidate.index;
      const v4 = at + 3 < text.length && matchAt(V4_START, text, at) !== undefined;
      if (!v4 && !(at + 4 < text.length && matchAt(V6_START, text, at) !== undefined)) continue;
      const run = matchAt(v4 ? V4_RUN : V6_RUN, text, at) ?? "";
      if (contains(run)) return true;
      at += run.length;
    }
    return false;
  };
}
