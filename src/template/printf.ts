import { kindOf, typeOf } from "./values.ts";
import { createFlags, type Flags, PLAIN, writeVerb } from "./verbs.ts";

/** Beyond this Go does not take a width or precision. */
const MAX_WIDTH = 1_000_000;
const MAX_DIGITS = 20;
/** A text that a template builds may not be longer, however often it doubles it. */
export const MAX_TEXT_LENGTH = 4_194_304;

const SIMPLE_FLAGS: Readonly<Record<string, "sharp" | "zero" | "plus" | "minus" | "space">> = {
  "#": "sharp",
  "0": "zero",
  "+": "plus",
  "-": "minus",
  " ": "space",
};

type State = {
  readonly format: string;
  readonly args: readonly unknown[];
  at: number;
  next: number;
  reordered: boolean;
  good: boolean;
};

/** `[n]`: which argument comes next. */
function readIndex(state: State): boolean {
  if (state.format[state.at] !== "[") return false;
  state.reordered = true;
  const end = state.format.indexOf("]", state.at);
  if (end < 0) {
    state.good = false;
    state.at += 1;
    return false;
  }
  const inside = state.format.slice(state.at + 1, end);
  state.at = end + 1;
  const number = /^\d+$/.test(inside) ? Number(inside) : 0;
  if (number >= 1 && number <= state.args.length) {
    state.next = number - 1;
    return true;
  }
  state.good = false;
  return /^\d+$/.test(inside);
}

function readDigits(state: State): number | undefined {
  const digits = /^\d+/.exec(state.format.slice(state.at, state.at + MAX_DIGITS))?.[0];
  if (digits === undefined) return undefined;
  state.at += digits.length;
  // Go looks at what it has before it takes the next digit, and gives the whole format up.
  if (Number(digits.slice(0, -1)) <= MAX_WIDTH) return Number(digits);
  state.at = state.format.length;
  return undefined;
}

/** `*`: the number is an argument. */
function takeNumber(state: State): number | undefined {
  const value = state.args[state.next];
  if (state.next < state.args.length) state.next += 1;
  if (typeof value !== "bigint" || value > BigInt(MAX_WIDTH) || value < -BigInt(MAX_WIDTH)) return undefined;
  return Number(value);
}

/** Width and precision; what is wrong with them is answered as text. */
function readSizes(state: State, flags: Flags): string {
  let complaint = "";
  let afterIndex = readIndex(state);
  if (state.format[state.at] === "*") {
    state.at += 1;
    const width = takeNumber(state);
    if (width === undefined) complaint += "%!(BADWIDTH)";
    else {
      flags.width = Math.abs(width);
      if (width < 0) {
        flags.minus = true;
        flags.zero = false;
      }
    }
    afterIndex = false;
  } else {
    flags.width = readDigits(state);
    if (afterIndex && flags.width !== undefined) state.good = false;
  }
  if (state.format[state.at] === "." && state.at + 1 < state.format.length) {
    state.at += 1;
    if (afterIndex) state.good = false;
    afterIndex = readIndex(state);
    if (state.format[state.at] === "*") {
      state.at += 1;
      const precision = takeNumber(state);
      if (precision === undefined) complaint += "%!(BADPREC)";
      else if (precision >= 0) flags.precision = precision;
      else complaint += "%!(BADPREC)";
      afterIndex = false;
    } else flags.precision = readDigits(state) ?? 0;
  }
  if (!afterIndex) readIndex(state);
  return complaint;
}

function writeDirective(state: State): string {
  const flags = createFlags();
  state.good = true;
  for (let flag = SIMPLE_FLAGS[state.format[state.at] ?? ""]; flag !== undefined; ) {
    flags[flag] = true;
    state.at += 1;
    flag = SIMPLE_FLAGS[state.format[state.at] ?? ""];
  }
  const complaint = readSizes(state, flags);
  if (state.at >= state.format.length) return `${complaint}%!(NOVERB)`;
  const verb = String.fromCodePoint(state.format.codePointAt(state.at) ?? 0);
  state.at += verb.length;
  if (verb === "%") return `${complaint}%`;
  if (!state.good) return `${complaint}%!${verb}(BADINDEX)`;
  if (state.next >= state.args.length) return `${complaint}%!${verb}(MISSING)`;
  if (verb === "v") {
    flags.goSyntax = flags.sharp;
    flags.sharp = false;
    flags.fieldNames = flags.plus;
    flags.plus = false;
  }
  const value = state.args[state.next];
  state.next += 1;
  return complaint + writeVerb(value, verb, flags);
}

/** As Go's fmt.Sprintf. Throws `RangeError` where the text would become longer than `MAX_TEXT_LENGTH`. */
export function sprintf(format: string, args: readonly unknown[]): string {
  const state: State = { format, args, at: 0, next: 0, reordered: false, good: true };
  let text = "";
  while (state.at < format.length) {
    const percent = format.indexOf("%", state.at);
    if (percent < 0) {
      text += format.slice(state.at);
      break;
    }
    text += format.slice(state.at, percent);
    state.at = percent + 1;
    text += writeDirective(state);
    if (text.length > MAX_TEXT_LENGTH) throw new RangeError(`text longer than ${MAX_TEXT_LENGTH} characters`);
  }
  if (state.reordered || state.next >= args.length) return text;
  const extra = args
    .slice(state.next)
    .map((arg) => (arg === null || arg === undefined ? "<nil>" : `${typeOf(arg)}=${writeVerb(arg, "v", PLAIN)}`));
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

/** As Go's fmt.Sprint: a space between two values of which neither is text. */
export function sprint(args: readonly unknown[]): string {
  let text = "";
  let afterText = true;
  for (const [index, arg] of args.entries()) {
    const isText = kindOf(arg) === "string";
    if (index > 0 && !isText && !afterText) text += " ";
    text += writeVerb(arg, "v", PLAIN);
    afterText = isText;
  }
  return text;
}

export const sprintln = (args: readonly unknown[]): string =>
  `${args.map((arg) => writeVerb(arg, "v", PLAIN)).join(" ")}\n`;
