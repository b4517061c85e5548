import { canBackquote, type FloatVerb, formatFloat, isPrintable, quote } from "../gotext/index.ts";
import { entriesOf, type GoMap, kindOf, type Struct, typeOf } from "./values.ts";

/** What stands between `%` and the verb. */
export type Flags = {
  sharp: boolean;
  zero: boolean;
  plus: boolean;
  minus: boolean;
  space: boolean;
  /** `%#v`: as Go source. */
  goSyntax: boolean;
  /** `%+v`: with the names of fields. */
  fieldNames: boolean;
  width: number | undefined;
  precision: number | undefined;
};

export const createFlags = (): Flags => ({
  sharp: false,
  zero: false,
  plus: false,
  minus: false,
  space: false,
  goSyntax: false,
  fieldNames: false,
  width: undefined,
  precision: undefined,
});

export const PLAIN = createFlags();
/** Values that hold values: deeper than this is cut off, so that nothing can run in circles. */
const MAX_DEPTH = 50;

const lengthOf = (text: string): number => {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
};

function pad(text: string, { width, minus, zero }: Flags): string {
  if (width === undefined) return text;
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  if (minus) return text + " ".repeat(missing);
  return (zero ? "0" : " ").repeat(missing) + text;
}

const padSpaces = (text: string, flags: Flags): string => pad(text, { ...flags, zero: false });

const bad = (verb: string, value: unknown, flags: Flags): string =>
  value === null || value === undefined
    ? `%!${verb}(<nil>)`
    : `%!${verb}(${typeOf(value)}=${writeVerb(value, "v", flags)})`;

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function writeInt(value: bigint, verb: string, flags: Flags): string {
  const code = value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
  const character = String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  if (verb === "c") return pad(character, flags);
  if (verb === "q") return pad(quote(character, { mark: "'", asciiOnly: flags.plus }), flags);
  if (verb === "U") {
    const digits = BigInt.asUintN(64, value)
      .toString(16)
      .toUpperCase()
      .padStart(Math.max(flags.precision ?? 4, 4), "0");
    const shown = flags.sharp && value >= 0n && value <= 0x10ffffn && isPrintable(character);
    return padSpaces(`U+${digits}${shown ? ` '${character}'` : ""}`, flags);
  }
  const base = BASES[verb];
  if (base === undefined) return bad(verb, value, flags);
  const { width, precision } = flags;
  if (precision === 0 && value === 0n) return " ".repeat(width ?? 0);
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base);
  if (verb === "X") digits = digits.toUpperCase();
  const signed = negative || flags.plus || flags.space;
  const zeros = precision ?? (flags.zero && !flags.minus && width !== undefined ? width - (signed ? 1 : 0) : 0);
  digits = digits.padStart(zeros, "0");
  if (flags.sharp) {
    if (base === 2) digits = `0b${digits}`;
    else if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
    else if (base === 16) digits = (verb === "X" ? "0X" : "0x") + digits;
  }
  if (verb === "O") digits = `0o${digits}`;
  return padSpaces((negative ? "-" : flags.plus ? "+" : flags.space ? " " : "") + digits, flags);
}

/** With `#`: a point always, and for `g` the zeros that were left out. */
function sharpen(digitsText: string, verb: string, precision: number): string {
  const at = digitsText.search(/[eE]/);
  let mantissa = at < 0 ? digitsText : digitsText.slice(0, at);
  const tail = at < 0 ? "" : digitsText.slice(at);
  const significant = /^g$/i.test(verb) ? (precision === -1 ? 6 : precision) : 0;
  const counted = mantissa.replace(".", "").replace(/^0+/, "").length;
  const extraZero = mantissa === "0" ? 1 : 0;
  if (!mantissa.includes(".")) mantissa += ".";
  return mantissa + "0".repeat(Math.max(significant - counted - extraZero, 0)) + tail;
}

const FLOAT_VERBS: Readonly<Record<string, readonly [verb: FloatVerb, precision: number]>> = {
  v: ["g", -1],
  g: ["g", -1],
  G: ["G", -1],
  e: ["e", 6],
  E: ["E", 6],
  f: ["f", 6],
  F: ["f", 6],
};

function writeFloat(value: number, verb: string, flags: Flags): string {
  const known = FLOAT_VERBS[verb];
  if (known === undefined) return bad(verb, value, flags);
  const precision = flags.precision ?? known[1];
  const written = formatFloat(value, known[0], precision);
  const negative = written.startsWith("-");
  let digits = written.replace(/^[+-]/, "");
  if (!Number.isFinite(value)) {
    const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : written.startsWith("+") ? "+" : "";
    return padSpaces(sign + digits, flags);
  }
  if (flags.sharp) digits = sharpen(digits, known[0], precision);
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  if (sign !== "" && flags.zero && !flags.minus && flags.width !== undefined) {
    return sign + digits.padStart(flags.width - 1, "0");
  }
  return pad(sign + digits, flags);
}

const truncate = (text: string, precision: number | undefined): string =>
  precision === undefined || text.length <= precision ? text : [...text].slice(0, precision).join("");

function writeBytes(text: string, verb: string, flags: Flags): string {
  const bytes = new TextEncoder().encode(text).subarray(0, flags.precision ?? Number.POSITIVE_INFINITY);
  const prefix = flags.sharp ? (verb === "X" ? "0X" : "0x") : "";
  const pairs = Array.from(bytes, (byte) => {
    const pair = byte.toString(16).padStart(2, "0");
    return verb === "X" ? pair.toUpperCase() : pair;
  });
  if (pairs.length === 0) return padSpaces("", flags);
  return padSpaces(flags.space ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join(""), flags);
}

function writeText(text: string, verb: string, flags: Flags): string {
  if (verb === "s" || (verb === "v" && !flags.goSyntax)) return pad(truncate(text, flags.precision), flags);
  if (verb === "q" || verb === "v") {
    const cut = truncate(text, flags.precision);
    const sharp = flags.sharp || flags.goSyntax;
    return pad(
      sharp && canBackquote(cut) && verb === "q" ? `\`${cut}\`` : quote(cut, { asciiOnly: flags.plus }),
      flags,
    );
  }
  return verb === "x" || verb === "X" ? writeBytes(text, verb, flags) : bad(verb, text, flags);
}

function writeMap(map: GoMap, verb: string, flags: Flags, depth: number): string {
  const entries = entriesOf(map).map(
    ([key, value]) => `${writeText(key, verb, flags)}:${writeVerb(value, verb, flags, depth + 1)}`,
  );
  return flags.goSyntax ? `${typeOf(map)}{${entries.join(", ")}}` : `map[${entries.join(" ")}]`;
}

function writeStruct(struct: Struct, verb: string, flags: Flags, depth: number): string {
  if (struct.text !== undefined && "vsxXq".includes(verb)) return writeText(struct.text(), verb, flags);
  const fields = Object.entries(struct.fields).map(([name, value]) => {
    const written = writeVerb(value, verb, flags, depth + 1);
    return flags.fieldNames || flags.goSyntax ? `${name}:${written}` : written;
  });
  return flags.goSyntax ? `${struct.type}{${fields.join(", ")}}` : `{${fields.join(" ")}}`;
}

/** One value as one of printf's verbs writes it; a verb that does not fit is said in Go's way, `%!d(string=x)`. */
export function writeVerb(value: unknown, verb: string, flags: Flags, depth = 0): string {
  if (depth > MAX_DEPTH) return "...";
  if (value === null || value === undefined) {
    if (depth > 0) return flags.goSyntax ? "interface {}(nil)" : "<nil>";
    return verb === "v" || verb === "T" ? padSpaces("<nil>", flags) : bad(verb, value, flags);
  }
  if (verb === "T") return pad(typeOf(value), flags);
  switch (kindOf(value)) {
    case "bool":
      return verb === "t" || verb === "v" ? pad(String(value), flags) : bad(verb, value, flags);
    case "int":
      return writeInt(value as bigint, verb, flags);
    case "float":
      return writeFloat(value as number, verb, flags);
    case "string":
      return writeText(value as string, verb, flags);
    case "list": {
      const items = (value as unknown[]).map((item) => writeVerb(item, verb, flags, depth + 1));
      return flags.goSyntax ? `${typeOf(value)}{${items.join(", ")}}` : `[${items.join(" ")}]`;
    }
    case "map":
      return writeMap(value as GoMap, verb, flags, depth);
    case "struct":
      return writeStruct(value as Struct, verb, flags, depth);
    default:
      return "func()";
  }
}
