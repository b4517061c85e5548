import { type Answer, addArray } from "../answer.ts";
import type { JaegerSpan, Log, Process, Reference } from "./span.ts";
import { tagsJson } from "./tags.ts";

/** Jaeger shows ids of 64 bits as such. */
export const shownTraceId = (traceId: string): string =>
  traceId.length === 32 && traceId.startsWith("0000000000000000") ? traceId.slice(16) : traceId;

const NS_PER_US = 1000n;

const referenceJson = ({ type, traceId, spanId }: Reference): string =>
  `{"refType":"${type}","traceID":"${shownTraceId(traceId)}","spanID":"${spanId}"}`;

const logJson = ({ timeNs, fields }: Log): string => `{"timestamp":${timeNs / NS_PER_US},"fields":${tagsJson(fields)}}`;

/** A span without its warnings; `process` is text that stands for its process. */
export const spanBodyJson = (
  { traceId, spanId, name, references, startNs, durationNs, tags, logs }: JaegerSpan,
  process: string,
): string =>
  `{"traceID":"${shownTraceId(traceId)}","spanID":"${spanId}","operationName":${JSON.stringify(name)},` +
  `"references":[${references.map(referenceJson).join(",")}],` +
  `"startTime":${startNs / NS_PER_US},"duration":${durationNs / NS_PER_US},"tags":${tagsJson(tags)},` +
  `"logs":[${logs.map(logJson).join(",")}],"processID":${process}`;

const spanJson = (span: JaegerSpan, process: string): string =>
  `${spanBodyJson(span, process)},"warnings":${span.warnings.length === 0 ? "null" : JSON.stringify(span.warnings)}}`;

const processJson = ({ service, tags }: Process): string =>
  `{"serviceName":${JSON.stringify(service)},"tags":${tagsJson(tags)}}`;

/** One trace; each process once, numbered in the order in which the spans show them. `more` is text of further members. */
export function addTrace(answer: Answer, traceId: string, spans: readonly JaegerSpan[], more = ""): void {
  const processes = new Map<string, string>();
  const ids = new Map<Process, string>();
  const idOf = (process: Process): string => {
    const json = processJson(process);
    const id = processes.get(json) ?? `p${processes.size + 1}`;
    processes.set(json, id);
    ids.set(process, id);
    return id;
  };
  answer.add(`{"traceID":"${shownTraceId(traceId)}","spans":`);
  addArray(answer, spans, (span) => spanJson(span, `"${ids.get(span.process) ?? idOf(span.process)}"`));
  const entries = [...processes].map(([process, id]) => `"${id}":${process}`);
  answer.add(`,"processes":{${entries.join(",")}},"warnings":null${more}}`);
}
