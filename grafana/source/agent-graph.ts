import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DataTransformerConfig, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  ArcOptionBuilder,
  EdgeOptionsBuilder,
  PanelBuilder as NodeGraphBuilder,
  NodeOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/nodegraph";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { DATASOURCES } from "./datasources.ts";
import { AGENT, counted, share, where } from "./promql.ts";

/**
 * Agents, tools and models as a graph. Grafana's node graph reads columns by their real names, which `organize` does not change and
 * `calculateField` gives: three tables (`nodes`, `failed`, `edges`) with id, title, subtitle, source and target as labels, and the numbers
 * named by calculations. `failed` has the ids of `nodes` and is joined to it. Every end of an edge is a node: Grafana draws nothing otherwise.
 */
type Kind = "agent" | "tool" | "model";

const RUNS = `agent_requests_total{${AGENT}}`;
const TOOLS = `agent_tool_calls_total{${AGENT}}`;
const CALLS = `llm_requests_total{${AGENT}}`;
const failed = (selector: string): string => where(selector, `status="error"`);

const happened = (selector: string, ...labels: string[]): string => `(${counted(selector, ...labels)} > 0)`;
const replaced = (expr: string, label: string, value: string, from: string, pattern: string): string =>
  `label_replace(${expr}, "${label}", "${value}", "${from}", "${pattern}")`;

/** Calls outside any agent carry the agent `none`. */
const titled = (expr: string, kind: Kind): string => {
  const title = replaced(expr, "title", "$1", kind, "(.*)");
  return kind === "agent" ? replaced(title, "title", "outside any agent", "agent", "none") : title;
};
const identified = (expr: string, kind: Kind): string => replaced(expr, "id", `${kind}:$1`, kind, "(.*)");
const node = (kind: Kind, expr: string): string =>
  replaced(titled(identified(expr, kind), kind), "subtitle", kind, "", "");

/** Agents that ran or, with 0 runs that ended, called something. */
const withAllAgents = (expr: string): string =>
  `(${expr} or 0 * ${happened(TOOLS, "agent")} or 0 * ${happened(CALLS, "agent")} or 0 * ${handedTo()})`;

/** Another agent's name becomes that of its node. */
const handedTo = (): string =>
  `sum by (agent) (${replaced(happened(`agent_handoffs_total{${AGENT}}`, "to"), "agent", "$1", "to", "(.*)")})`;

function edge(kind: Exclude<Kind, "agent">, selector: string): string {
  const source = replaced(happened(selector, "agent", kind), "source", "agent:$1", "agent", "(.*)");
  return `label_join(${replaced(source, "target", `${kind}:$1`, kind, "(.*)")}, "id", " > ", "source", "target")`;
}

const NODES = [
  node("agent", withAllAgents(happened(RUNS, "agent"))),
  node("tool", happened(TOOLS, "tool")),
  node("model", happened(CALLS, "model")),
].join(" or ");

const FAILED = [
  identified(withAllAgents(share(failed(RUNS), RUNS, "agent")), "agent"),
  identified(share(failed(TOOLS), TOOLS, "tool"), "tool"),
  identified(share(failed(CALLS), CALLS, "model"), "model"),
].join(" or ");

const HANDOFFS = `agent_handoffs_total{${AGENT}}`;
const handoff = (): string => {
  const source = replaced(happened(HANDOFFS, "agent", "to"), "source", "agent:$1", "agent", "(.*)");
  return `label_join(${replaced(source, "target", "agent:$1", "to", "(.*)")}, "id", " > ", "source", "target")`;
};

const EDGES = [edge("tool", TOOLS), edge("model", CALLS), handoff()].join(" or ");

const query = (refId: string, expr: string): DataqueryBuilder =>
  new DataqueryBuilder()
    .datasource(DATASOURCES.prometheus)
    .refId(refId)
    .expr(expr)
    .instant()
    .format(PromQueryFormat.Table);

const ofTables = (...refIds: string[]) => ({ id: "byRefId", options: `/^(?:${refIds.join("|")})$/` });
const column = (name: string) => ({ matcher: { id: "byName", options: name } });

/** The only number of a table under a name of its own, whatever Prometheus' column is called. */
const named = (alias: string, ...refIds: string[]): DataTransformerConfig => ({
  id: "calculateField",
  filter: ofTables(...refIds),
  options: { mode: "reduceRow", reduce: { reducer: "sum" }, alias, timeSeries: false },
});

const computed = (alias: string, left: object, operator: string, right: object): DataTransformerConfig => ({
  id: "calculateField",
  filter: ofTables("failed"),
  options: { mode: "binary", binary: { left, operator, right }, alias, timeSeries: false },
});

export function agentGraph({ title, description }: { title: string; description: string }): Builder<Panel> {
  return new NodeGraphBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.prometheus)
    .unit("short")
    .decimals(1)
    .targets([query("nodes", NODES), query("failed", FAILED), query("edges", EDGES)])
    .transformations([
      named("mainstat", "nodes", "edges"),
      named("arc__failed", "failed"),
      computed("secondarystat", column("arc__failed"), "*", { fixed: "100" }),
      computed("arc__ok", { fixed: "1" }, "-", column("arc__failed")),
      { id: "joinByField", filter: ofTables("nodes", "failed"), options: { byField: "id", mode: "outer" } },
    ])
    .nodes(
      new NodeOptionsBuilder()
        .mainStatUnit("calls")
        .secondaryStatUnit("% failed")
        .arcs([
          new ArcOptionBuilder().field("arc__failed").color("red"),
          new ArcOptionBuilder().field("arc__ok").color("green"),
        ]),
    )
    .edges(new EdgeOptionsBuilder().mainStatUnit("calls"));
}
