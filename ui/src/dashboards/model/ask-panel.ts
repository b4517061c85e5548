import type { Backends } from "../../../../src/backends/index.ts";
import { exemplarFrame, heatmapFrame, logFrame, seriesFrames, tableFrame, traceFrame } from "./answer-frames.ts";
import type { Frame } from "./frame.ts";
import type { Plan, PlannedQuery } from "./panel-queries.ts";

export type PanelAnswer = {
  readonly frames: readonly Frame[];
  /** What the back ends remark, and what could not be asked. */
  readonly notices: readonly string[];
};
type Answered = { readonly frames: readonly Frame[]; readonly notices: readonly string[] };

async function askPrometheus({ prometheus }: Backends, query: PlannedQuery, tables: number): Promise<Answered> {
  const { expr, kind, startMs, endMs, stepMs, format, refId } = query;
  const [answer, exemplars] = await Promise.all([
    kind === "instant"
      ? prometheus.query(expr, { timeMs: endMs })
      : prometheus.queryRange(expr, { startMs, endMs, stepMs }),
    // Dots are an addition: a back end without them still has the lines.
    query.wantsExemplars ? prometheus.exemplars(expr, { startMs, endMs: endMs + stepMs }).catch(() => []) : [],
  ]);
  const options = { refId, expr, legendFormat: query.legendFormat, stepMs: kind === "range" ? stepMs : undefined };
  const frames =
    format === "table"
      ? [tableFrame(answer.result, options, tables)]
      : format === "heatmap"
        ? [heatmapFrame(answer.result, options)]
        : seriesFrames(answer.result, options);
  const dots = exemplars.some((one) => one.exemplars.length > 0) ? [exemplarFrame(exemplars, refId)] : [];
  return { frames: [...frames, ...dots], notices: answer.warnings };
}

async function askLoki({ loki }: Backends, query: PlannedQuery): Promise<Answered> {
  const { expr, kind, startMs, endMs, stepMs, limit, refId, legendFormat } = query;
  const answer =
    kind === "instant"
      ? await loki.query(expr, { timeMs: endMs })
      : await loki.queryRange(expr, { startMs, endMs, stepMs, limit });
  if (answer.type === "lines") return { frames: [logFrame(answer.entries, refId)], notices: [] };
  return {
    frames: seriesFrames(answer, { refId, expr, legendFormat, stepMs: kind === "range" ? stepMs : undefined }),
    notices: [],
  };
}

async function askJaeger({ jaeger }: Backends, query: PlannedQuery): Promise<Answered> {
  const { kind, expr, startMs, endMs, limit, refId, search } = query;
  if (kind === "trace") {
    const trace = await jaeger.trace(expr);
    return { frames: [traceFrame(trace === undefined ? [] : [trace], refId)], notices: [] };
  }
  if (search === undefined || search.service === "") {
    return {
      frames: [traceFrame([], refId)],
      notices: ["No program has reported yet whose traces could be searched."],
    };
  }
  const { operation, minDurationMs, maxDurationMs } = search;
  const found = await jaeger.findTraces({
    service: search.service,
    tags: search.tags,
    startMs,
    endMs,
    limit,
    ...(operation !== undefined && operation !== "All" && { operation }),
    ...(minDurationMs !== undefined && { minDurationMs }),
    ...(maxDurationMs !== undefined && { maxDurationMs }),
  });
  return { frames: [traceFrame(found, refId)], notices: [] };
}

/** All queries of a panel at once; one that fails fails the panel. */
export async function askPanel(backends: Backends, { queries, problems }: Plan): Promise<PanelAnswer> {
  const tables = new Set(queries.filter(({ format }) => format === "table").map(({ refId }) => refId)).size;
  const answers = await Promise.all(
    queries.map((query) => {
      if (query.source === "prometheus") return askPrometheus(backends, query, tables);
      return query.source === "loki" ? askLoki(backends, query) : askJaeger(backends, query);
    }),
  );
  return {
    frames: answers.flatMap(({ frames }) => frames),
    notices: [...new Set([...problems, ...answers.flatMap(({ notices }) => notices)])],
  };
}
