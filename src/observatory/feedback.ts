import type { Clock } from "../base/index.ts";
import { CATALOGUE, type MetricDefinition } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import type { Take, TakeResult } from "../receive/index.ts";

/**
 * What somebody thinks of an answer, given on the page: kept as a program's own `recordFeedback` would send it, a log record and the metrics
 * `agent_feedback_*` of the service that it is about.
 */
export type GivenFeedback = {
  /** From 0 to 1. */
  readonly score: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly agent: string | undefined;
  readonly comment: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
};

export type FeedbackDesk = {
  readonly give: (feedback: GivenFeedback) => Promise<TakeResult>;
  readonly close: () => void;
};

const MAX_COMMENT_CHARS = 4000;
const MAX_NAME_CHARS = 200;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
/** As often as programs push, so that the series do not look as if they had ended. */
const PUSH_MS = 15_000;
/** Services, agents and ratings; a page gives a few. */
const MAX_SERIES = 300;
const OTHER = "other";
const EVENT = "agent_observatory.feedback";
const SCOPE = "agent-observatory";
const INSTANCE = "agent-observatory-page";
const CUMULATIVE = 2;
const INFO = 9;

const COUNT = "agent_feedback_total";
const SCORE = "agent_feedback_score";
const definitionOf = (name: string): MetricDefinition | undefined => CATALOGUE.find((one) => one.name === name);

/** Throws `TypeError` with what was expected. */
export function readFeedback(value: unknown): GivenFeedback {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("expected an object");
  const given = value as Readonly<Record<string, unknown>>;
  const text = (name: string, maxChars: number): string | undefined => {
    const one = given[name];
    if (one === undefined || one === null || one === "") return undefined;
    if (typeof one !== "string" || one.length > maxChars)
      throw new TypeError(`expected ${name} to be a text of at most ${maxChars} characters`);
    return one;
  };
  const id = (name: string, pattern: RegExp): string => {
    const one = text(name, MAX_NAME_CHARS)?.toLowerCase() ?? "";
    if (one !== "" && !pattern.test(one)) throw new TypeError(`expected ${name} to be an id in hexadecimal digits`);
    return one;
  };
  const { thumbs } = given;
  const score = thumbs === "up" ? 1 : thumbs === "down" ? 0 : given["score"];
  if (typeof score !== "number" || !(score >= 0 && score <= 1))
    throw new TypeError("expected thumbs to be up or down, or score to be a number from 0 to 1");
  const feedback = {
    score,
    traceId: id("traceId", TRACE_ID),
    spanId: id("spanId", SPAN_ID),
    service: text("service", MAX_NAME_CHARS) ?? SCOPE,
    agent: text("agent", MAX_NAME_CHARS),
    comment: text("comment", MAX_COMMENT_CHARS),
    sessionId: text("sessionId", MAX_NAME_CHARS),
    userId: text("userId", MAX_NAME_CHARS),
  };
  if (feedback.traceId === "" && feedback.sessionId === undefined)
    throw new TypeError("expected traceId or sessionId: what the feedback is about");
  return feedback;
}

const ratingOf = (score: number): string => (score > 0.5 ? "up" : score < 0.5 ? "down" : "neutral");

const attributesOf = (values: Readonly<Record<string, string | number | undefined>>): object[] =>
  Object.entries(values).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [{ key, value: typeof value === "number" ? { doubleValue: value } : { stringValue: value } }],
  );
const resourceOf = (service: string): object => ({
  attributes: attributesOf({ "service.name": service, "service.instance.id": INSTANCE }),
});
const bytesOf = (request: object): Uint8Array => Buffer.from(JSON.stringify(request));

type Exemplar = { readonly timeMs: number; readonly feedback: GivenFeedback };
type Counter = { readonly agent: string; readonly rating: string; count: number; last: Exemplar };
type Histogram = { readonly agent: string; count: number; sum: number; readonly counts: number[]; last: Exemplar };
type OfService = { readonly counters: Map<string, Counter>; readonly histograms: Map<string, Histogram> };

export type FeedbackDeskOptions = { readonly take: Take; readonly clock: Clock };

/** Takes feedback for as long as the process runs. Counts begin with it, and say when that was. */
export function createFeedbackDesk({ take, clock }: FeedbackDeskOptions): FeedbackDesk {
  const nanos = (ms: number): string => `${BigInt(Math.floor(ms)) * 1_000_000n}`;
  const startTimeUnixNano = nanos(clock.nowMs());
  const bounds = [...(definitionOf(SCORE)?.buckets ?? [])];
  const services = new Map<string, OfService>();
  let series = 0;

  /** Beyond the bound nobody is told apart any more. */
  const entryOf = <T>(map: Map<string, T>, key: string, other: string, make: (name: string) => T): T => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const name = series >= MAX_SERIES ? other : key;
    const entry = map.get(name) ?? make(name);
    if (!map.has(name)) series += 1;
    map.set(name, entry);
    return entry;
  };
  const ofService = (service: string): OfService => {
    const known = services.get(service);
    if (known !== undefined) return known;
    const name = series >= MAX_SERIES ? SCOPE : service;
    const made = services.get(name) ?? { counters: new Map(), histograms: new Map() };
    services.set(name, made);
    return made;
  };

  const count = (feedback: GivenFeedback): void => {
    const { counters, histograms } = ofService(feedback.service);
    const last = { timeMs: clock.nowMs(), feedback };
    const [agent, rating] = [feedback.agent ?? "none", ratingOf(feedback.score)];
    const keyOf = (one: string): string => JSON.stringify([one, rating]);
    const counter = entryOf(counters, keyOf(agent), keyOf(OTHER), (key) => {
      const [ofAgent] = JSON.parse(key) as [string, string];
      return { agent: ofAgent, rating, count: 0, last };
    });
    counter.count += 1;
    counter.last = last;
    const histogram = entryOf(histograms, agent, OTHER, (name) => ({
      agent: name,
      count: 0,
      sum: 0,
      counts: Array.from({ length: bounds.length + 1 }, () => 0),
      last,
    }));
    const at = bounds.findIndex((bound) => feedback.score <= bound);
    const index = at === -1 ? bounds.length : at;
    histogram.count += 1;
    histogram.sum += feedback.score;
    histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
    histogram.last = last;
  };

  const exemplarsOf = ({ timeMs, feedback: { traceId, spanId, score } }: Exemplar): object[] =>
    spanId === "" ? [] : [{ timeUnixNano: nanos(timeMs), asDouble: score, traceId, spanId }];
  const metricsOf = ({ counters, histograms }: OfService): object[] => {
    const times = { startTimeUnixNano, timeUnixNano: nanos(clock.nowMs()) };
    return [
      {
        name: COUNT,
        unit: definitionOf(COUNT)?.unit,
        sum: {
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
          dataPoints: [...counters.values()].map((one) => ({
            ...times,
            attributes: attributesOf({ agent: one.agent, rating: one.rating }),
            asDouble: one.count,
            exemplars: exemplarsOf(one.last),
          })),
        },
      },
      {
        name: SCORE,
        unit: definitionOf(SCORE)?.unit,
        histogram: {
          aggregationTemporality: CUMULATIVE,
          dataPoints: [...histograms.values()].map((one) => ({
            ...times,
            attributes: attributesOf({ agent: one.agent }),
            count: String(one.count),
            sum: one.sum,
            explicitBounds: bounds,
            bucketCounts: one.counts.map(String),
            exemplars: exemplarsOf(one.last),
          })),
        },
      },
    ];
  };
  const push = async (): Promise<void> => {
    if (services.size === 0) return;
    const resourceMetrics = [...services].map(([service, counted]) => ({
      resource: resourceOf(service),
      scopeMetrics: [{ scope: { name: SCOPE }, metrics: metricsOf(counted) }],
    }));
    await take("metrics", bytesOf({ resourceMetrics }), "json");
  };
  const tell = ({ service, traceId, spanId, score, agent, comment, sessionId, userId }: GivenFeedback) => {
    const rating = ratingOf(score);
    const record = {
      timeUnixNano: nanos(clock.nowMs()),
      severityNumber: INFO,
      severityText: "INFO",
      eventName: EVENT,
      body: { stringValue: `feedback: ${rating}` },
      attributes: attributesOf({
        [ATTR.agentName]: agent,
        [ATTR.feedbackScore]: score,
        [ATTR.outcome]: rating,
        [ATTR.feedbackComment]: comment,
        [ATTR.sessionId]: sessionId,
        [ATTR.userId]: userId,
      }),
      traceId,
      spanId,
    };
    const scopeLogs = [{ scope: { name: SCOPE }, logRecords: [record] }];
    return take("logs", bytesOf({ resourceLogs: [{ resource: resourceOf(service), scopeLogs }] }), "json");
  };

  // The next push tells what could not be stored: counts are cumulative.
  const timer = setInterval(() => void push().catch(() => undefined), PUSH_MS);
  timer.unref();
  return {
    give: async (feedback) => {
      const told = await tell(feedback);
      if (told.kind !== "accepted") return told;
      count(feedback);
      await push();
      return told;
    },
    close: () => clearInterval(timer),
  };
}
