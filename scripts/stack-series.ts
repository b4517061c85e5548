/**
 * Records what series the stack's own components have, and what a log line carries, into grafana/source/stack-series.json: asked of a running
 * stack, so that rules and boards name what is there.
 *
 *   node scripts/stack-series.ts http://localhost:9090 http://localhost:3100 [name of a further series …]
 *
 * A series that is listed and was not found keeps what was recorded of it before: some appear only when something fails.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { askSeries, type StackSeries } from "../grafana/source/stack-series.ts";

const file = new URL("../grafana/source/stack-series.json", import.meta.url);
const [prometheusUrl, lokiUrl, ...further] = process.argv.slice(2);
if (prometheusUrl === undefined || lokiUrl === undefined) {
  throw new Error(
    "Expected the addresses of Prometheus and Loki: node scripts/stack-series.ts PROMETHEUS LOKI [NAME …]",
  );
}

const getJson = async <T>(url: string): Promise<T> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T;
};

const recorded = JSON.parse(readFileSync(file, "utf8")) as StackSeries;
const names = [...new Set([...Object.keys(recorded.series), ...further])].sort();
const series: Record<string, StackSeries["series"][string]> = {};
for (const name of names) {
  const found = await askSeries(prometheusUrl, name, getJson);
  const before = recorded.series[name];
  if (found !== undefined) series[name] = { ...found, ...(before?.when !== undefined && { when: before.when }) };
  else if (before !== undefined) series[name] = before;
  console.log(`${found === undefined ? "not found" : "found    "} ${name}`);
}

const from = `${Date.now() - 3_600_000}000000`;
const query = new URLSearchParams({ query: '{service_name=~".+"}', start: from, limit: "5000" });
type Lines = { data: { result: { stream: Record<string, string> }[] } };
const lines = await getJson<Lines>(`${lokiUrl}/loki/api/v1/query_range?${query}`);
type Labels = { data: string[] };
const indexed = await getJson<Labels>(`${lokiUrl}/loki/api/v1/labels?start=${from}`);
const streamLabels = indexed.data.filter((label) => label !== "__stream_shard__").sort();
// What a program's own fields are called is not ours to know, and what some lines carry not to be relied on: these are on every line.
const ours = /^(detected_level|severity_text|severity_number|scope_name|service_instance_id|trace_id|span_id)$/;
const carried = new Set(
  lines.data.result.flatMap(({ stream }) => Object.keys(stream)).filter((label) => ours.test(label)),
);
const lineLabels = [...carried].filter((label) => !streamLabels.includes(label)).sort();

writeFileSync(file, `${JSON.stringify({ series, streamLabels, lineLabels } satisfies StackSeries, null, 2)}\n`);
