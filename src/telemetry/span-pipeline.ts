import {
  type Span as ApiSpan,
  type Attributes,
  type AttributeValue,
  type Context,
  propagation,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { hrTimeDuration, hrTimeToMilliseconds, millisToHrTime } from "@opentelemetry/core";
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Clock } from "../base/index.ts";
import type { Pricer } from "../cost/index.ts";
import type { StackOptions } from "../errors/index.ts";
import { normalizeDialect } from "../genai/index.ts";
import { createSessionMeter, type Metrics, measureProgress, measureSpan, requestMethod } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import { createAttemptBook } from "./attempts.ts";
import { carriedBy } from "./context-fields.ts";
import type { DebuggedRun, DebugMode } from "./debug-mode.ts";
import { type FinishedSpan, type Identity, identityOf } from "./identity.ts";
import { type Claimable, createClaimBook } from "./joined/claims.ts";
import { ownView } from "./joined/foreign-span.ts";
import {
  askedBy,
  createLineageBook,
  createPlace,
  isToldElsewhere,
  lookAgain,
  noteCost,
  noteInference,
  type Place,
} from "./lineage.ts";
import type { RunWatch } from "./runs/run-watch.ts";
import type { Here } from "./runtime.ts";
import type { TailSampler } from "./sampling/tail.ts";
import { type Completed, complete, completedView, isInference } from "./span-completion.ts";

export type SpanPipelineOptions = {
  readonly metrics: Metrics;
  readonly pricer: Pricer;
  readonly clock: Clock;
  readonly runs: RunWatch;
  readonly captureContent: boolean;
  /** Where the program's own frames are. */
  readonly stacks?: StackOptions;
  readonly debug?: DebugMode;
  /** Makes safe what a span of ours says in a back end of the program's own. */
  readonly clean?: (attributes: Attributes) => Attributes;
  /** By which back ends know the program, whoever makes its spans. */
  readonly resource: ReadableSpan["resource"];
  /** The instrumentation scope of spans that we make ourselves. */
  readonly scope: string;
  /** Instrumentation scopes of what goes on in the background all the time: what belongs to nothing is counted, and makes no trace. */
  readonly backgroundScopes?: ReadonlySet<string>;
  /** Whether the head sampler lets a trace be exported. */
  readonly isSampled: (traceId: string, parent: SpanContext | undefined) => boolean;
  readonly tail: TailSampler;
  /** Sees every span as it begins. */
  readonly onStart: (span: Pick<ReadableSpan, "attributes" | "instrumentationScope">) => void;
  /** Sees every span as it has ended, sampled or not. */
  readonly onFinished?: (span: FinishedSpan) => void;
  /** Takes an ended span that is to be exported. */
  readonly onExport: (span: ReadableSpan) => void;
  readonly onFault: (error: unknown) => void;
};

export type SpanPipeline = {
  /** For our own provider. */
  readonly own: SpanProcessor;
  /** For a provider of the program's own: its spans are looked at, never changed. */
  readonly joined: SpanProcessor;
  /** The span that is current in `context`, where it stands for a call to a model and the wire has not made it. */
  readonly claimable: (context: Context) => Claimable | undefined;
  /** Puts what a context carries on a span of ours that has begun before. */
  readonly stamp: (span: ApiSpan, context: Context) => void;
  /** The context of a request that is served, with what the program has said of it since. */
  readonly upToDate: (begun: Context) => Context;
  /** Of the span that is current in `context`: its agent, and what the calls to models below it have cost so far. */
  readonly here: (context: Context) => Here | undefined;
  /** The request that is recorded in full, which what happens in `context` belongs to. */
  readonly debugAt: (context: Context) => DebuggedRun | undefined;
  /** Whose a call would be that is made in `context`. */
  readonly identityAt: (context: Context) => Identity;
  /** Ends what has not ended, for a process that will not live to see it. `failed` says whether that is a failure of what it was doing. */
  readonly endOpen: (failed: boolean) => void;
};

/** Spans that a program never ends must not pile up for ever. */
const MAX_OPEN = 10_000;
/** Spans that ended before the wire had seen the end of their call. */
const MAX_HELD = 1000;
/** Spans of HTTP clients may stand between the call to a model and its request. */
const MAX_HTTP_ABOVE = 2;

const UNFINISHED = { code: SpanStatusCode.ERROR, message: "the process ended before this did" };

/** What a span that we may not end ourselves says of itself as the process ends. */
function unfinishedView(span: Span, failed: boolean, endMs: number): ReadableSpan {
  const endTime = millisToHrTime(endMs);
  return Object.create(span, {
    attributes: {
      value: { ...span.attributes, [ATTR.unfinished]: true, ...(failed && { [ATTR.errorType]: "cancelled" }) },
    },
    endTime: { value: endTime },
    duration: { value: hrTimeDuration(span.startTime, endTime) },
    ended: { value: true },
    ...(failed && { status: { value: UNFINISHED } }),
  }) as ReadableSpan;
}

/** What a span says of itself is not replaced by what its context carries. */
function stampMissing(span: Span, carried: Attributes): void {
  for (const [name, value] of Object.entries(carried)) {
    if (value !== undefined && span.attributes[name] === undefined) span.setAttribute(name, value);
  }
}

/** How much a span says. */
function charactersOf({ attributes, events }: ReadableSpan): number {
  let characters = 0;
  for (const said of [attributes, ...events.map((event) => event.attributes ?? {})]) {
    for (const value of Object.values(said)) {
      if (typeof value === "string") characters += value.length;
      else if (Array.isArray(value)) characters += String(value).length;
    }
  }
  return characters;
}

/** A span in progress: how it is counted, and shown, while it lasts. */
type Progress = { readonly labels: Record<string, AttributeValue | undefined>; readonly shown: ReadableSpan };

/**
 * The one path of every span, whichever SDK made it: it learns its place on start; when it ends it is completed (dialect, agent, price,
 * error category, what the wire saw), counted, and, if sampled, handed on. Counting comes before sampling, so numbers never depend on it.
 */
export function createSpanPipeline(options: SpanPipelineOptions): SpanPipeline {
  const { metrics, clock, runs, resource, scope, tail, isSampled, onExport, onFault } = options;
  const places = createLineageBook();
  const attempts = createAttemptBook();
  const sessions = createSessionMeter(metrics);
  const progress = new WeakMap<object, Progress>();
  /** Requests to servers in progress, and their methods. */
  const requests = new WeakMap<object, string>();
  const open = new Set<Span>();
  const joinedSpans = new WeakSet<object>();
  const held = new Map<Place, ReadableSpan>();

  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  };
  const isOurs = (span: ReadableSpan): boolean => ownView(span, resource).instrumentationScope.name === scope;

  const debugAt = (context: Context): DebuggedRun | undefined => {
    if (options.debug?.isUsed() !== true) return undefined;
    const span = trace.getSpan(context);
    // Who calls from outside may name a span of ours by its id: that is no reason to be believed.
    return options.debug.at(context, span?.spanContext().isRemote === true ? undefined : places.current(span));
  };

  const placeOf = (span: Span, parentContext: Context): Place => {
    const parentSpan = trace.getSpan(parentContext);
    const parent = places.current(parentSpan);
    if (parent !== undefined) lookAgain(parent);
    const debug = debugAt(parentContext);
    if (debug !== undefined) keepAbove(parent);
    const isBackground =
      debug === undefined &&
      parentSpan === undefined &&
      !joinedSpans.has(span) &&
      options.backgroundScopes?.has(ownView(span, resource).instrumentationScope.name) === true;
    const sampled =
      debug !== undefined ||
      (parent?.isSampled ?? (!isBackground && isSampled(span.spanContext().traceId, parentSpan?.spanContext())));
    return createPlace({
      debug,
      carried: carriedBy(parentContext)?.attributes,
      parent,
      said: () => normalizeDialect(span.attributes) as Attributes,
      spanContext: span.spanContext(),
      spanKind: span.kind,
      startMs: hrTimeToMilliseconds(span.startTime),
      isSampled: sampled,
      tail: sampled || isBackground ? undefined : parent === undefined ? tail.begin() : parent.tail,
    });
  };

  const onStart = (span: Span, parentContext: Context, mayChange: boolean): void => {
    if (open.size < MAX_OPEN) open.add(span);
    const place = placeOf(span, parentContext);
    places.begin(span, place);
    if (place.kind === "inference") noteInference(place);
    if (mayChange && place.carried !== undefined) stampMissing(span, place.carried);
    if (mayChange && place.debug !== undefined) span.setAttribute(ATTR.debug, true);
    if (span.kind === SpanKind.SERVER && !isToldElsewhere(place)) {
      const method = requestMethod(span.attributes);
      if (method !== undefined) {
        requests.set(span, method);
        metrics.add("http_server_active_requests", { http_request_method: method }, 1);
      }
    }
    if (place.operation === undefined) return;
    const { agent, workflow } = place;
    if (mayChange) {
      if (workflow !== undefined) span.setAttribute(ATTR.workflowName, workflow);
      if (agent !== undefined) span.setAttribute(ATTR.agentName, agent);
    }
    const labels: Progress["labels"] = {
      ...place.said?.(),
      ...(agent !== undefined && { [ATTR.agentName]: agent }),
      ...(workflow !== undefined && { [ATTR.workflowName]: workflow }),
    };
    const shown = mayChange ? span : Object.create(ownView(span, resource), { attributes: { value: labels } });
    progress.set(span, { labels, shown });
    measureProgress(metrics, labels, 1);
    runs.onStart(shown);
  };

  const withAttempt = (span: ReadableSpan, completed: Completed, step: Place): Completed => {
    const { attributes, status } = completed;
    const attempt = attempts.relate({
      step,
      attributes,
      failed: status.code === SpanStatusCode.ERROR,
      startMs: hrTimeToMilliseconds(span.startTime),
      endMs: hrTimeToMilliseconds(span.endTime),
    });
    return attempt === undefined ? completed : { attributes: { ...attributes, ...attempt }, status };
  };

  /** What is recorded in full is exported with all that it lies in. */
  const keepAbove = (innermost: Place | undefined): void => {
    for (let place = innermost; place !== undefined && !place.isSampled; place = place.parent) {
      place.isSampled = true;
      if (place.tail !== undefined) tail.keep(place.tail);
    }
  };

  const finish = (span: ReadableSpan, place: Place | undefined): void => {
    if (place !== undefined) held.delete(place);
    const facts = place && claims.facts(place);
    const completed = complete(span, place, facts, options);
    const step = place?.parent;
    const view = completedView(
      joinedSpans.has(span) ? ownView(span, resource) : span,
      step !== undefined && isInference(completed.attributes) ? withAttempt(span, completed, step) : completed,
      facts,
    );
    const told = place !== undefined && isToldElsewhere(place);
    const asker = place === undefined ? undefined : askedBy(place);
    if (place !== undefined) {
      if (isInference(view.attributes)) noteInference(place);
      const costUsd = view.attributes[ATTR.costUsd];
      if (typeof costUsd === "number") noteCost(place, costUsd);
      places.end(place);
    }
    if (place?.debug !== undefined) place.debug.characters += charactersOf(view);
    const { traceId, spanId } = view.spanContext();
    const sampled = place?.isSampled ?? true;
    const seconds = hrTimeToMilliseconds(view.duration) / 1000;
    const exemplar = sampled ? { traceId, spanId } : undefined;
    measureSpan(metrics, {
      attributes: view.attributes,
      failed: view.status.code === SpanStatusCode.ERROR,
      durationSeconds: seconds,
      exemplar,
      isServer: view.kind === SpanKind.SERVER,
      isClient: view.kind === SpanKind.CLIENT,
      isToldElsewhere: told,
      askedBy: asker,
    });
    if (place?.isTurn === true) {
      sessions.turnEnded({ attributes: view.attributes, costUsd: place.costUsd, exemplar });
    }
    const identity = identityOf(place, view.attributes);
    guarded(() => options.onFinished?.({ view, seconds, identity, runId: place?.run.id, isSampled: sampled }));
    if (sampled) onExport(view);
    else if (place?.tail !== undefined) tail.add(place.tail, view, place.isLocalRoot);
  };
  const claims = createClaimBook((place) => {
    const span = held.get(place);
    if (span !== undefined) guarded(() => finish(span, place));
  });

  const onEnd = (span: ReadableSpan, begun: object = span): void => {
    open.delete(begun as Span);
    const method = requests.get(begun);
    if (method !== undefined) {
      requests.delete(begun);
      metrics.add("http_server_active_requests", { http_request_method: method }, -1);
    }
    const inProgress = progress.get(begun);
    if (inProgress !== undefined) {
      measureProgress(metrics, inProgress.labels, -1);
      runs.onEnd(inProgress.shown);
    }
    const place = places.of(begun);
    if (place === undefined || !claims.isOpen(place)) {
      finish(span, place);
      return;
    }
    held.set(place, span);
    if (held.size <= MAX_HELD) return;
    for (const [oldestPlace, oldest] of held) {
      finish(oldest, oldestPlace);
      break;
    }
  };

  /** What we add to spans of ours goes to the program's back end as well, where its SDK lets us (2.x and later). */
  const onEnding = (span: Span): void => {
    if (!isOurs(span)) return;
    const { attributes } = complete(span, places.of(span), undefined, options);
    span.setAttributes(options.clean?.(attributes) ?? attributes);
  };

  const endOpen = (failed: boolean): void => {
    // The innermost first, so that no span outlives the one it belongs to.
    for (const span of [...open].reverse()) {
      guarded(() => {
        if (joinedSpans.has(span) && !isOurs(span)) {
          const view = unfinishedView(span, failed, clock.nowMs());
          joinedSpans.add(view);
          const inProgress = progress.get(span);
          if (inProgress !== undefined) inProgress.labels[ATTR.unfinished] = true;
          onEnd(view, span);
          return;
        }
        span.setAttribute(ATTR.unfinished, true);
        if (failed) {
          span.setAttribute(ATTR.errorType, "cancelled");
          span.setStatus(UNFINISHED);
        }
        span.end();
      });
    }
    for (const [place, span] of held) guarded(() => finish(span, place));
    tail.decideAll();
  };

  const claimable = (context: Context): Claimable | undefined => {
    let place = places.current(trace.getSpan(context));
    for (let step = 0; place !== undefined && step < MAX_HTTP_ABOVE; step += 1) {
      if (lookAgain(place).kind !== "http") break;
      place = place.parent;
    }
    return place?.kind === "inference" && place.said !== undefined ? claims.claimable(place) : undefined;
  };

  const processor = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
  return {
    own: {
      ...processor,
      onStart: (span, parentContext) => {
        guarded(() => options.onStart(span));
        guarded(() => onStart(span, parentContext, true));
      },
      onEnd: (span) => guarded(() => onEnd(span)),
    },
    joined: {
      ...processor,
      onStart: (span, parentContext) => {
        joinedSpans.add(span);
        guarded(() => options.onStart(ownView(span, resource)));
        guarded(() => onStart(span, parentContext, isOurs(span)));
      },
      onEnding: (span) => guarded(() => onEnding(span)),
      onEnd: (span) => guarded(() => onEnd(span)),
    },
    claimable,
    identityAt: (context) => {
      const place = places.current(trace.getSpan(context));
      return identityOf(place === undefined ? undefined : lookAgain(place), carriedBy(context)?.attributes);
    },
    stamp: (span, context) => {
      const place = places.of(span);
      if (place === undefined) return;
      for (let above: Place | undefined = place; above !== undefined; above = above.parent) above.saidSince = context;
      place.debug ??= options.debug?.at(context, undefined);
      if (place.debug !== undefined) keepAbove(place);
      if (joinedSpans.has(span) && !isOurs(span as unknown as ReadableSpan)) return;
      span.setAttributes(carriedBy(context)?.attributes ?? {});
      if (place.debug !== undefined) span.setAttribute(ATTR.debug, true);
    },
    debugAt,
    upToDate: (begun) => {
      const baggage = propagation.getBaggage(places.current(trace.getSpan(begun))?.saidSince ?? begun);
      return baggage === undefined ? begun : propagation.setBaggage(begun, baggage);
    },
    here: (context) => places.current(trace.getSpan(context)),
    endOpen,
  };
}
