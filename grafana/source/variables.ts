import {
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DATASOURCES } from "./datasources.ts";

function labelValues(name: string, label: string, query: string): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCES.prometheus)
      .query({ qryType: 1, query, refId: `${name}-values` })
      .definition(query)
      // By the time range: what ran for a few seconds an hour ago is selectable too.
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
  );
}

/** Selects several values; all of them includes series that do not have the label. */
export function filter(name: string, label: string, query: string): QueryVariableBuilder {
  return labelValues(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: "All", value: "$__all" });
}

export const environment = (): QueryVariableBuilder =>
  filter("environment", "Environment", "label_values(agent_observatory_up, deployment_environment_name)");

export const job = (): QueryVariableBuilder =>
  filter("job", "Program", 'label_values(agent_observatory_up{deployment_environment_name=~"$environment"}, job)');

export const agent = (): QueryVariableBuilder =>
  filter("agent", "Agent", 'label_values(agent_requests_total{job=~"$job"}, agent)');

/** Agents that call models, among them `none` for calls outside any agent. */
export const callingAgent = (): QueryVariableBuilder =>
  filter("agent", "Agent", 'label_values(llm_requests_total{job=~"$job"}, agent)');

export const model = (): QueryVariableBuilder =>
  filter("model", "Model", 'label_values(llm_requests_total{job=~"$job"}, model)');

export const workflow = (): QueryVariableBuilder =>
  filter("workflow", "Workflow", 'label_values(workflow_executions_total{job=~"$job"}, workflow)');

export const objective = (): QueryVariableBuilder =>
  filter("slo", "Objective", "label_values(slo:objective:ratio, slo)");

export const tool = (): QueryVariableBuilder =>
  filter("tool", "Tool", 'label_values(agent_tool_calls_total{job=~"$job"}, tool)');

export const cache = (): QueryVariableBuilder =>
  filter("cache", "Cache", 'label_values(cache_operations_total{job=~"$job"}, cache)');

export const route = (): QueryVariableBuilder =>
  filter("route", "Route", 'label_values(http_server_request_duration_seconds_count{job=~"$job"}, http_route)');

export const instance = (): QueryVariableBuilder =>
  filter("instance", "Instance", 'label_values(agent_observatory_up{job=~"$job"}, instance)');

/** `job` is `namespace/name` where a service has a namespace; Loki and Jaeger know the name alone. */
const NAME_OF_JOB = "/(?:.*\\/)?(.+)/";

/** The names by which Loki knows the selected programs. No `allValue`: "all" has to be the programs that `job` selects. */
export const service = (): QueryVariableBuilder =>
  labelValues("service", "Service", 'label_values(agent_observatory_up{job=~"$job"}, job)')
    .regex(NAME_OF_JOB)
    .multi(true)
    .includeAll(true)
    .hide(VariableHide.HideVariable)
    .current({ selected: true, text: "All", value: "$__all" });

/** Jaeger searches one service at a time. */
export const tracedService = (): QueryVariableBuilder =>
  labelValues("traced_service", "Traces of", 'label_values(agent_observatory_up{job=~"$job"}, job)').regex(NAME_OF_JOB);
