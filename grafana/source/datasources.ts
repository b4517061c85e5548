import { DatasourceVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { placeholder } from "./placeholder.ts";

/** Data sources are variables, so that a board imports into any Grafana; the defaults are the uids that the stack provisions. */
export const DATASOURCES = {
  prometheus: { type: "prometheus", uid: placeholder("prometheus") },
  loki: { type: "loki", uid: placeholder("loki") },
  jaeger: { type: "jaeger", uid: placeholder("jaeger") },
} as const;

export type DatasourceName = keyof typeof DATASOURCES;

const TITLES: Record<DatasourceName, string> = { prometheus: "Prometheus", loki: "Loki", jaeger: "Jaeger" };

export function datasourceVariable(name: DatasourceName): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name)
    .label(TITLES[name])
    .type(name)
    .current({ selected: true, text: TITLES[name], value: name });
}
