/** Whether two back ends gave the same answer: numbers to one part in a billion, labels and texts exactly, order where it means something. */

import assert from "node:assert/strict";

export type Answer = { readonly status: number; readonly body: string };
export type Asked = { readonly what: string; readonly ours: Answer; readonly theirs: Answer };
export type Totals = { asked: number; filled: number };

const RELATIVE = 1e-9;
const ZERO = 1e-12;

function sameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return x === y;
  return Math.abs(x - y) <= Math.max(RELATIVE * Math.max(Math.abs(x), Math.abs(y)), ZERO);
}

type Pair = readonly [time: number | string, value: string, ...rest: unknown[]];
type Item = {
  readonly metric?: object;
  readonly stream?: object;
  readonly value?: Pair;
  readonly values?: readonly Pair[];
};
type Data = { readonly resultType: string; readonly result: readonly Item[] | Pair };
type Envelope = {
  readonly status: string;
  readonly errorType?: string;
  readonly data?: Data;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
};

const keyOf = (item: Item): string =>
  JSON.stringify(Object.entries(item.metric ?? item.stream ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function differencePairs(ours: readonly Pair[], theirs: readonly Pair[], exact: boolean): string | undefined {
  if (ours.length !== theirs.length) {
    const times = (pairs: readonly Pair[]): string => `${pairs[0]?.[0]}…${pairs.at(-1)?.[0]}`;
    return `${ours.length} values (${times(ours)}), expected ${theirs.length} (${times(theirs)})`;
  }
  for (const [index, [time, value]] of ours.entries()) {
    const [otherTime, other] = theirs[index] as Pair;
    if (String(time) !== String(otherTime)) return `value ${index} is of ${time}, expected ${otherTime}`;
    if (exact ? value !== other : !sameNumber(value, other)) return `at ${time}: ${value}, expected ${other}`;
  }
  return undefined;
}

function differenceItems(ours: readonly Item[], theirs: readonly Item[], exact: boolean): string | undefined {
  const expected = new Map(theirs.map((item) => [keyOf(item), item]));
  const got = new Map(ours.map((item) => [keyOf(item), item]));
  for (const key of expected.keys()) if (!got.has(key)) return `lacks ${key} (${got.size} of ${expected.size} series)`;
  for (const key of got.keys())
    if (!expected.has(key)) return `has ${key} (${got.size} instead of ${expected.size} series)`;
  for (const [key, item] of got) {
    const other = expected.get(key) as Item;
    const pairs = (one: Item): readonly Pair[] => {
      const values = one.values ?? (one.value === undefined ? [] : [one.value]);
      // Lines of one moment that come from several streams are in nobody's order.
      return exact ? values.toSorted((a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : 0)) : values;
    };
    const difference = differencePairs(pairs(item), pairs(other), exact);
    if (difference !== undefined) return `${key}: ${difference}`;
  }
  return undefined;
}

/** What differs between two answers of a Prometheus or Loki query API; undefined where nothing does. */
export function queryDifference(ours: Answer, theirs: Answer): string | undefined {
  if (theirs.status >= 400 || ours.status >= 400) {
    if (ours.status !== theirs.status)
      return `status ${ours.status} (${ours.body.slice(0, 200)}), expected ${theirs.status} (${theirs.body.slice(0, 200)})`;
    // Loki answers in plain text.
    const typeOf = ({ body }: Answer): unknown =>
      body.startsWith("{") ? (JSON.parse(body) as Envelope).errorType : "";
    return typeOf(ours) === typeOf(theirs) ? undefined : `error ${typeOf(ours)}, expected ${typeOf(theirs)}`;
  }
  const [got, expected] = [JSON.parse(ours.body) as Envelope, JSON.parse(theirs.body) as Envelope];
  if (got.data?.resultType !== expected.data?.resultType) {
    return `type ${got.data?.resultType}, expected ${expected.data?.resultType}`;
  }
  for (const notes of ["warnings", "infos"] as const) {
    const [here, there] = [got, expected].map((one) => JSON.stringify(one[notes]?.toSorted() ?? []));
    if (here !== there) return `${notes} ${here}, expected ${there}`;
  }
  const type = expected.data?.resultType;
  if (type === "scalar" || type === "string") {
    return differencePairs([got.data?.result as Pair], [expected.data?.result as Pair], type === "string");
  }
  return differenceItems(got.data?.result as Item[], expected.data?.result as Item[], type === "streams");
}

/** Whether there is anything in the answer: two empty ones agree, but prove little. */
export function isEmpty({ status, body }: Answer): boolean {
  if (status >= 400) return true;
  const { data } = JSON.parse(body) as Envelope;
  return Array.isArray(data?.result) && data.result.length === 0;
}

/** All must agree, and so many as `filledShare` says must have said something. */
export function assertAgree(asked: readonly Asked[], filledShare: number, totals: Totals): void {
  const differences = asked.flatMap(({ what, ours, theirs }) => {
    const difference = queryDifference(ours, theirs);
    return difference === undefined ? [] : [`${what}: ${difference}`];
  });
  const shown = differences.slice(0, 40).join("\n");
  assert.equal(differences.length, 0, `${differences.length} of ${asked.length} differ:\n${shown}`);
  const filled = asked.filter(({ theirs }) => !isEmpty(theirs)).length;
  totals.asked += asked.length;
  totals.filled += filled;
  assert.ok(filled >= asked.length * filledShare, `only ${filled} of ${asked.length} answers hold anything`);
}

const textOf = (item: unknown): string =>
  JSON.stringify(typeof item === "object" ? Object.entries(item ?? {}).toSorted() : item);

/** What an answer's `data` (or a list within it) lists, each as one text. */
export function listOf({ body }: Answer, within?: string): string[] {
  const { data } = JSON.parse(body) as { data: unknown };
  const list = within === undefined ? data : (data as Record<string, unknown>)[within];
  return ((list ?? []) as unknown[]).map(textOf);
}

type SeriesOfExemplars = {
  readonly seriesLabels: object;
  readonly exemplars: readonly { readonly labels: object; readonly value: string; readonly timestamp: number }[];
};

export const exemplarsOf = ({ body }: Answer): string[] =>
  (JSON.parse(body) as { data: SeriesOfExemplars[] }).data
    .flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(
        ({ labels, value, timestamp }) => `${textOf(seriesLabels)} ${textOf(labels)} ${value} ${timestamp}`,
      ),
    )
    .toSorted();

type Tag = { readonly key: string; readonly type?: string; readonly value: unknown };
type JaegerSpan = {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly object[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly Tag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly Tag[] }[];
  readonly processID: string;
};
type JaegerTrace = {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags?: readonly Tag[] }>>;
};

/** Added by the embedded process: what the collector adds on the way to Jaeger, and what enriching adds to a failure. */
const ADDED = /^agent_observatory\./;

const tagsOf = (tags: readonly Tag[] = []): string[] =>
  tags
    .filter(({ key }) => !ADDED.test(key))
    .map(({ key, value }) => `${key}=${String(value)}`)
    .toSorted();

/** A trace in a form that is equal for equal traces. */
function normalTrace(trace: JaegerTrace): object {
  return {
    id: trace.traceID,
    spans: trace.spans
      .map((span) => ({
        id: span.spanID,
        name: span.operationName,
        references: span.references,
        startTime: span.startTime,
        duration: span.duration,
        tags: tagsOf(span.tags),
        logs: span.logs.map(({ timestamp, fields }) => ({ timestamp, fields: tagsOf(fields) })),
        service: trace.processes[span.processID]?.serviceName,
        process: tagsOf(trace.processes[span.processID]?.tags),
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** The traces of an answer of Jaeger's API, in order of their id. */
export const tracesOf = ({ body }: Answer): { id?: string }[] =>
  (JSON.parse(body) as { data: JaegerTrace[] }).data
    .map((trace) => normalTrace(trace) as { id: string })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
