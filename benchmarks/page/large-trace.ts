/** One trace of many spans, as a long run of agents makes it: turns of an agent, each with model calls and tools below it. */
const SPANS_PER_REQUEST = 1000;
const CALLS_PER_TURN = 9;

export const largeTraceId = (spans: number): string => spans.toString(16).padStart(32, "ab");
export const LARGE_SERVICE = "long-run";
export const LARGE_ROOT = "invoke_workflow long run";

const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1000)) * 1000n}`;
const idOf = (index: number): string => (index + 1).toString(16).padStart(16, "0");
const attributes = (given: Readonly<Record<string, string | number>>): object[] =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));

/** OTLP/JSON requests, in order; the trace began `spans` tenths of a second before `nowMs`. */
export function* largeTrace(spans: number, nowMs: number): Generator<string> {
  const startMs = nowMs - spans * 100;
  const spanOf = (index: number): object => {
    const inTurn = index === 0 ? 0 : (index - 1) % (CALLS_PER_TURN + 1);
    const isTurn = index > 0 && inTurn === 0;
    const isTool = inTurn % 3 === 2;
    const operation = index === 0 ? "invoke_workflow" : isTurn ? "invoke_agent" : isTool ? "execute_tool" : "chat";
    const subject = index === 0 ? "long run" : isTurn ? "writer" : isTool ? "web_search" : "gpt-4o";
    const begin = startMs + index * 100;
    const lastsMs = index === 0 ? spans * 100 : isTurn ? 1000 : 90;
    return {
      traceId: largeTraceId(spans),
      spanId: idOf(index),
      ...(index > 0 && { parentSpanId: idOf(isTurn ? 0 : index - inTurn) }),
      name: `${operation} ${subject}`,
      kind: 1,
      startTimeUnixNano: nanos(begin),
      endTimeUnixNano: nanos(begin + lastsMs),
      attributes: attributes({
        "gen_ai.operation.name": operation,
        "gen_ai.agent.name": "writer",
        ...(operation === "chat" && {
          "gen_ai.request.model": "gpt-4o",
          "gen_ai.usage.input_tokens": 1200,
          "gen_ai.usage.output_tokens": 300,
          "agent_observatory.cost.status": "priced",
        }),
        ...(isTool && { "gen_ai.tool.name": "web_search" }),
        "session.id": "session-1",
      }),
    };
  };
  const resource = { attributes: attributes({ "service.name": LARGE_SERVICE }) };
  for (let first = 0; first < spans; first += SPANS_PER_REQUEST) {
    const count = Math.min(SPANS_PER_REQUEST, spans - first);
    const own = Array.from({ length: count }, (_, at) => spanOf(first + at));
    yield JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "benchmark" }, spans: own }] }] });
  }
}
