import { createHash } from "node:crypto";
import { type AttributeValue, SPAN_KINDS, type Span } from "../../src/signals/index.ts";

/** The same numbers for the same seed, from 0 to below 1. */
function numbersFrom(seed: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash("sha256").update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}

const OPERATIONS = ["chat", "text_completion", "invoke_agent", "invoke_workflow", "execute_tool", "embeddings", "odd"];

/**
 * Traces of all that can make adding up difficult: several services, parents that are missing or in a circle, times out of order, numbers as
 * texts, values of other types, failures within failures, links that say who the parent is.
 */
export function randomTraces(seed: string, baseNs: bigint, count: number): Span[][] {
  const random = numbersFrom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const sometimes = (share: number): boolean => random() < share;
  const one = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const hex = (number: number): string => number.toString(16).padStart(16, "0");
  const numeric = (most: number): AttributeValue =>
    one<AttributeValue>([below(most), String(below(most)), below(most) / 7, "", "none", Number.NaN, null, true]);
  const attributesOf = (): Record<string, AttributeValue> => {
    const given: Record<string, AttributeValue> = { "http.route": "/ask" };
    const put = (share: number, name: string, value: () => AttributeValue): void => {
      if (sometimes(share)) given[name] = value();
    };
    put(0.7, "gen_ai.operation.name", () => one(OPERATIONS));
    put(0.5, "gen_ai.agent.name", () => one(["desk", "planner", "", 'a "b" ünd <c>', 7]));
    put(0.3, "gen_ai.tool.name", () => one(["search", "track", ["a", "<b>"], { a: 1 }, Uint8Array.of(1, 2)]));
    put(0.5, "gen_ai.request.model", () => one(["gpt-4o", "claude", ""]));
    put(0.3, "gen_ai.response.model", () => one(["gpt-4o-2024", "claude"]));
    put(0.6, "gen_ai.usage.input_tokens", () => numeric(2000));
    put(0.6, "gen_ai.usage.output_tokens", () => numeric(200));
    put(0.5, "agent_observatory.cost.usd", () => one([random() / 10, 0.1, 0.2, "0.3", null]));
    put(0.3, "session.id", () => one(["s-1", "s-2"]));
    put(0.1, "gen_ai.conversation.id", () => one(["s-1", "s-3", ""]));
    put(0.3, "user.id", () => one(["ada", "ben", 5]));
    put(0.05, "agent_observatory.unfinished", () => one<AttributeValue>([true, "true", false]));
    put(0.2, "http.response.status_code", () => one([200, 404, 500, "503"]));
    put(0.05, "error", () => one<AttributeValue>([true, false, "true", "timeout"]));
    return given;
  };
  return Array.from({ length: count }, (_, number) => {
    const traceId = createHash("md5").update(`${seed} ${number}`).digest("hex");
    const size = 1 + below(12);
    return Array.from({ length: size }, (__, index): Span => {
      const startNs = baseNs + BigInt(number) * 1_000_000n + BigInt(below(5000)) * 997n;
      const parent = sometimes(0.85) ? 1 + below(size + 1) : 0;
      const service = one(["front", "back"]);
      return {
        traceId,
        spanId: hex(index + 1),
        parentSpanId: index === 0 && sometimes(0.8) ? "" : parent === 0 ? "" : hex(parent),
        traceState: "",
        flags: 0,
        name: `span ${below(4)}`,
        kind: one(SPAN_KINDS),
        startNs,
        endNs: startNs + BigInt(below(9_000_000) - 1000),
        status: one(["unset", "unset", "ok", "error"]),
        statusMessage: sometimes(0.3) ? "too many" : "",
        resource: { service, attributes: { "service.name": service } },
        scope: { name: "", version: "", attributes: {} },
        attributes: attributesOf(),
        events: [],
        links: sometimes(0.1)
          ? [
              {
                traceId: sometimes(0.8) ? traceId : "f".repeat(32),
                spanId: hex(1 + below(size)),
                attributes: sometimes(0.5) ? { "opentracing.ref_type": "child_of" } : {},
              },
            ]
          : [],
      };
    });
  });
}
