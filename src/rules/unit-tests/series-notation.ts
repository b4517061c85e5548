import { unquotePrometheus } from "../../gotext/index.ts";
import { createLabels, type Labels, METRIC_NAME } from "../../signals/index.ts";

/** One place of a series: a value, the end of the series, or nothing. */
export type Slot = number | "stale" | undefined;

/** The notation of series in Prometheus' tests cannot be read. The message tells what was expected and what came. */
export class SeriesNotationError extends Error {
  override readonly name = "SeriesNotationError";
}

const NUMBER = "(?:[0-9]+(?:_[0-9]+)*(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF]|[nN][aA][nN]";
const ITEM = new RegExp(`^(?:_|([+-]?)(${NUMBER}|stale)(?:([+-])(${NUMBER}))?)(?:x([0-9]+))?$`);
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:.]*/;
const LABEL =
  /\s*([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")\s*(?:=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`))?\s*(,|\})/y;
/** As many as a test can mean; a repetition beyond is a slip of the pen. */
const MAX_SLOTS = 10_000_000;

function readNumber(sign: string | undefined, text: string): number {
  const word = text.toLowerCase();
  const magnitude =
    word === "inf" ? Number.POSITIVE_INFINITY : word === "nan" ? Number.NaN : Number(text.replaceAll("_", ""));
  return sign === "-" ? -magnitude : magnitude;
}

/**
 * The values of a series: `1 2 _ stale`, `1x3` (1 and three more of it), `1+2x3` (1, 3, 5, 7), `_x3` (three gaps). Throws `SeriesNotationError`.
 */
export function parseSeriesValues(text: string): Slot[] {
  const slots: Slot[] = [];
  if (text.includes("{{")) throw new SeriesNotationError("native histograms ({{…}}) are not supported");
  for (const item of text.split(/\s+/)) {
    if (item === "") continue;
    const match = ITEM.exec(item);
    if (match === null) {
      throw new SeriesNotationError(`expected a value such as 1, 1.5e3, NaN, stale, _, 1x3 or 1+2x3, got "${item}"`);
    }
    const [, sign, value, stepSign, step, times] = match;
    const count = Number(times ?? 0);
    if (slots.length + count > MAX_SLOTS) {
      throw new SeriesNotationError(`expected at most ${MAX_SLOTS} values in a series, got "${item}"`);
    }
    if (value === undefined) {
      for (let index = 0; index < (times === undefined ? 1 : count); index++) slots.push(undefined);
      continue;
    }
    if (value === "stale") {
      if (sign !== "" || step !== undefined) throw new SeriesNotationError(`expected stale or stalexN, got "${item}"`);
      for (let index = 0; index <= count; index++) slots.push("stale");
      continue;
    }
    if (step !== undefined && times === undefined) {
      throw new SeriesNotationError(`expected how often the step is taken (1+2x3), got "${item}"`);
    }
    let current = readNumber(sign, value);
    const by = step === undefined ? 0 : readNumber(stepSign, step);
    for (let index = 0; index <= count; index++) {
      slots.push(current);
      current += by;
    }
  }
  return slots;
}

/** A series as it is written in PromQL: `name{label="value"}`, and the text behind it. Throws `SeriesNotationError`. */
export function parseMetric(text: string): { readonly labels: Labels; readonly rest: string } {
  const trimmed = text.trimStart();
  const name = NAME.exec(trimmed)?.[0] ?? "";
  const entries: [string, string][] = name === "" ? [] : [[METRIC_NAME, name]];
  let at = name.length;
  const fail = (): never => {
    throw new SeriesNotationError(`expected a series such as name{label="value"}, got "${trimmed}"`);
  };
  // Two braces are a native histogram, which is a value.
  at += /^\s+(?=\{(?!\{))/.exec(trimmed.slice(at))?.[0].length ?? 0;
  if (trimmed[at] !== "{") {
    if (name === "") fail();
    return { labels: createLabels(entries), rest: trimmed.slice(at) };
  }
  at += 1;
  const empty = /^\s*\}/.exec(trimmed.slice(at));
  if (empty !== null) return { labels: createLabels(entries), rest: trimmed.slice(at + empty[0].length) };
  for (;;) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(trimmed);
    if (match === null) return fail();
    const [whole, label = "", value, end] = match;
    const labelName = label.startsWith('"') ? (unquotePrometheus(label) ?? fail()) : label;
    // A name in quotes without a value is the metric's.
    if (value === undefined) entries.push(label.startsWith('"') ? [METRIC_NAME, labelName] : fail());
    else entries.push([labelName, unquotePrometheus(value) ?? fail()]);
    at += whole.length;
    const closing = /^\s*\}/.exec(trimmed.slice(at));
    if (end === "}") break;
    if (closing !== null) {
      at += closing[0].length;
      break;
    }
  }
  return { labels: createLabels(entries), rest: trimmed.slice(at) };
}
