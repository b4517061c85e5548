import { parseDuration, parseFloat64 } from "../../src/gotext/index.ts";
import { parseSeriesLine, type SeriesLine } from "./series-notation.ts";

export type Load = {
  readonly command: "load";
  readonly intervalMs: number;
  readonly series: readonly SeriesLine[];
  /** Classic histograms are loaded as native ones too. */
  readonly withNative: boolean;
  /** Series of which some line gives start timestamps. */
  readonly hasStartTimes: boolean;
};

export type Text = { readonly matches: (text: string) => boolean; readonly shown: string };

export type Eval = {
  readonly command: "eval";
  readonly line: number;
  readonly query: string;
  readonly isRange: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly isOrdered: boolean;
  /** Not also asked as a range query. */
  readonly onlyInstant: boolean;
  readonly fail?: Text;
  readonly warnings: readonly Text[];
  readonly infos: readonly Text[];
  readonly noWarnings: boolean;
  readonly noInfos: boolean;
  readonly scalar?: number;
  readonly string?: string;
  readonly series: readonly SeriesLine[];
};

export type Command = Load | Eval | { readonly command: "clear" };

export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (typeof ms === "string") throw new Error(ms);
  return ms;
}

const anything: Text = { matches: () => true, shown: "anything" };

function parseText(kind: string | undefined, text: string): Text {
  if (kind === undefined) return anything;
  const shown = text.trim();
  if (kind === "msg") return { matches: (one) => one === shown, shown };
  const pattern = new RegExp(shown);
  return { matches: (one) => pattern.test(one), shown };
}

function parseLoad(lines: readonly string[]): Load {
  const [, native, interval = ""] = /^load(_with_nhcb)?\s+(.+?)$/.exec(lines[0] ?? "") ?? [];
  const rest = lines.slice(1);
  const isStart = (line: string): boolean => /^\S*@st\s/.test(line);
  return {
    command: "load",
    intervalMs: durationMs(interval),
    series: rest.filter((line) => !isStart(line)).map(parseSeriesLine),
    withNative: native !== undefined,
    hasStartTimes: rest.some(isStart),
  };
}

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;
const RANGE_VECTOR = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function parseExpect(line: string, into: Mutable<Eval>): void {
  const [, type, kind, text = ""] = EXPECT.exec(line) ?? [];
  if (type === undefined) throw new Error(`expected an expectation, got ${line}`);
  if (type === "ordered") into.isOrdered = true;
  else if (type === "fail") into.fail = parseText(kind, text);
  else if (type === "warn") into.warnings = [...into.warnings, parseText(kind, text)];
  else if (type === "info") into.infos = [...into.infos, parseText(kind, text)];
  else if (type === "no_warn") into.noWarnings = true;
  else into.noInfos = true;
}

function parseEval(lines: readonly string[], line: number): Eval {
  const head = lines[0] ?? "";
  const range = RANGE.exec(head);
  const instant = range === null ? INSTANT.exec(head) : null;
  const [mode, times, query] =
    range === null
      ? [instant?.[1], [instant?.[2] ?? "", instant?.[2] ?? "", "0"], instant?.[3]]
      : [range[1], [range[2] ?? "", range[3] ?? "", range[4] ?? ""], range[5]];
  if (query === undefined) throw new Error(`expected an evaluation, got ${head}`);
  const [startMs = 0, endMs = 0, stepMs = 0] = times.map(durationMs);
  const parsed: Mutable<Eval> = {
    command: "eval",
    line,
    query,
    isRange: range !== null,
    startMs,
    endMs,
    stepMs,
    isOrdered: mode === "ordered",
    onlyInstant: false,
    ...(mode === "fail" ? { fail: anything } : {}),
    warnings: mode === "warn" ? [anything] : [],
    infos: mode === "info" ? [anything] : [],
    noWarnings: false,
    noInfos: false,
    series: [],
  };
  for (const text of lines.slice(1)) {
    const failure = /^expected_fail_(message|regexp)\s+(.*)$/.exec(text);
    const vector = RANGE_VECTOR.exec(text);
    const scalar = parseFloat64(text);
    if (failure !== null) parsed.fail = parseText(failure[1] === "message" ? "msg" : "regex", failure[2] ?? "");
    else if (vector !== null) {
      [parsed.startMs = 0, parsed.endMs = 0, parsed.stepMs = 0] = vector.slice(1).map(durationMs);
      parsed.onlyInstant = true;
    } else if (text.startsWith("expect string ")) {
      const quoted = text.slice("expect string ".length);
      parsed.string = quoted.startsWith("`") ? quoted.slice(1, -1) : JSON.parse(quoted);
      parsed.onlyInstant = true;
    } else if (/^expect\s/.test(text)) parseExpect(text, parsed);
    else if (typeof scalar === "number") parsed.scalar = scalar;
    else parsed.series = [...parsed.series, parseSeriesLine(text)];
  }
  return parsed;
}

/** The commands of a script, each with the lines up to the next empty one. */
export function parseScript(text: string): Command[] {
  const lines = text.split("\n").map((line) => (/^\s*#/.test(line) ? "" : line.trim()));
  const commands: Command[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const head = lines[at] as string;
    if (head === "") continue;
    let end = at + 1;
    if (!/^clear\b/i.test(head)) while (end < lines.length && lines[end] !== "") end += 1;
    const block = lines.slice(at, end);
    if (/^clear\b/i.test(head)) commands.push({ command: "clear" });
    else if (head.startsWith("load")) commands.push(parseLoad(block));
    else if (head.startsWith("eval")) commands.push(parseEval(block, at + 1));
    else throw new Error(`line ${at + 1}: expected load, clear or eval, got ${head}`);
    at = end - 1;
  }
  return commands;
}
