import type { LogEntry } from "../../../../src/backends/index.ts";

/** What the lines that are shown have to be told apart by. */

export type Facet = {
  readonly name: string;
  readonly title: string;
  /** The most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
};

const SHOWN: readonly (readonly [name: string, title: string])[] = [
  ["service_name", "Service"],
  ["gen_ai_agent_name", "Agent"],
  ["gen_ai_tool_name", "Tool"],
  ["gen_ai_request_model", "Model"],
  ["session_id", "Session"],
  ["user_id", "User"],
  ["agent_observatory_error_category", "Error category"],
  ["deployment_environment_name", "Environment"],
  ["service_version", "Version"],
  ["scope_name", "Logged by"],
];
const MAX_VALUES = 8;

export function facetsOf(entries: readonly LogEntry[]): Facet[] {
  return SHOWN.flatMap(([name, title]) => {
    const counts = new Map<string, number>();
    for (const { labels } of entries) {
      const value = labels[name];
      if (value !== undefined && value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (counts.size === 0) return [];
    const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
    return [{ name, title, values: values.slice(0, MAX_VALUES) }];
  });
}
