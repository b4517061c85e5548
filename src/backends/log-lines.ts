import { AnswerMismatch, anything, list, listOrNull, members, type Reader, text } from "./answer.ts";
import { type Labels, labels } from "./samples.ts";

export type LogEntry = {
  readonly timeNs: bigint;
  readonly timeMs: number;
  readonly line: string;
  /** Of the stream, of the line (structured metadata), and what the query made of it, together. */
  readonly labels: Labels;
};

const entry =
  (own: Labels): Reader<LogEntry> =>
  (value, at) => {
    const [time, line] = list(anything)(value, at);
    const digits = text(time, `${at}[0]`);
    if (!/^-?\d{1,19}$/.test(digits)) throw new AnswerMismatch(`${at}[0]`, "nanoseconds since 1970", time);
    const timeNs = BigInt(digits);
    return { timeNs, timeMs: Number(timeNs / 1000n) / 1000, line: text(line, `${at}[1]`), labels: own };
  };

const byTime = (a: LogEntry, b: LogEntry): number => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0);

/** Lines of all streams of an answer, in order of time. */
export const streams: Reader<LogEntry[]> = (value, at) =>
  listOrNull((stream, place) => {
    const given = members(stream, place);
    return list(entry(labels(given["stream"], `${place}.stream`)))(given["values"], `${place}.values`);
  })(value, at)
    .flat()
    .sort(byTime);
