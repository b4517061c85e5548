/** Searches for traces made up by chance, the same in every run, over what `traffic.ts` sends. */
import { createRandom, type Random } from "./random.ts";

const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  research: ["invoke_agent planner", "invoke_workflow report", "chat gpt-4o", "execute_tool search"],
  support: ["invoke_agent triage", "chat gpt-4o-mini", "execute_tool calculator", "nothing"],
  rare: ["invoke_agent night-watch"],
};
type Tags = readonly (readonly [key: string, ...values: readonly string[]])[];
const ATTRIBUTES: Tags = [
  ["gen_ai.request.model", "gpt-4o", "own-model", "none"],
  ["gen_ai.agent.name", "planner", "writer", "triage"],
  ["gen_ai.usage.output_tokens", "17", "500"],
  ["error.type", "429", "timeout"],
  ["session.id", "session-3", "session-11"],
  ["exception.type", "RateLimitError"],
  ["deployment.environment.name", "production", "staging"],
  ["host.name", "box-7"],
];
/** What Jaeger makes tags of, although it is no attribute. */
const MADE: Tags = [
  ["error", "true", "false"],
  ["span.kind", "client", "internal"],
  ["otel.status_code", "ERROR"],
  ["otel.status_description", "slow down"],
  ["otel.scope.name", "differential"],
];
const LONGEST = ["50ms", "300ms", "1.5s", "20s"];
const MINUTE = 60_000;

const between = (fromMs: number, toMs: number): Record<string, string> => ({
  start: `${fromMs}000`,
  end: `${toMs}000`,
  // More than there are.
  limit: "10000",
});

function search(random: Random, startMs: number, endMs: number): Record<string, string> {
  const service = random.pick(Object.keys(OPERATIONS));
  const tags = Array.from({ length: random.below(3) }, () => random.pick(ATTRIBUTES)).map(
    ([key, ...values]) => [key, random.pick(values)] as const,
  );
  const fromMs = startMs + random.below(3) * 15 * MINUTE;
  return {
    service,
    ...(random.chance(0.4) && { operation: random.pick(OPERATIONS[service] ?? []) }),
    ...(tags.length > 0 && { tags: JSON.stringify(Object.fromEntries(tags)) }),
    ...(random.chance(0.3) && { minDuration: random.pick(LONGEST.slice(0, 3)) }),
    ...(random.chance(0.3) && { maxDuration: random.pick(LONGEST.slice(1)) }),
    ...between(fromMs, random.pick([endMs + MINUTE, fromMs + 20 * MINUTE])),
  };
}

/** Searches with any number of conditions on attributes, names and durations. */
export function generateSearches(count: number, startMs: number, endMs: number, seed = 17): Record<string, string>[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => search(random, startMs, endMs));
}

/** Every service alone, and with each operation or tag alone. */
export const listPlainSearches = (startMs: number, endMs: number): Record<string, string>[] =>
  [...Object.entries(OPERATIONS), ["nobody", []] as const].flatMap(([service, operations]) => {
    const common = { service, ...between(startMs, endMs + MINUTE) };
    const tags = [...ATTRIBUTES, ...MADE].flatMap(([key, ...values]) =>
      values.map((value) => ({ ...common, tags: JSON.stringify({ [key]: value }) })),
    );
    return [common, ...operations.map((operation) => ({ ...common, operation })), ...tags];
  });
