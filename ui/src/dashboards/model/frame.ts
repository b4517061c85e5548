import { type FieldConfig, NO_CONFIG } from "./field-config.ts";

/** What queries answer, as tables: columns (`Field`) of one length, as Grafana's data frames. */

export type Labels = Readonly<Record<string, string>>;
export type Cell = number | string | boolean | undefined;
export type FieldType = "time" | "number" | "string" | "boolean";

export type Field = {
  readonly name: string;
  readonly type: FieldType;
  /** Times are milliseconds since 1970. */
  readonly values: readonly Cell[];
  readonly labels?: Labels | undefined;
  /** The legend that the query asks for. */
  readonly legend?: string | undefined;
  /** Distance of two times of a series without a gap. */
  readonly intervalMs?: number | undefined;
  readonly config: FieldConfig;
};
export type Frame = {
  readonly refId: string;
  readonly name?: string | undefined;
  readonly kind: "series" | "table" | "logs" | "exemplars" | "heatmap";
  readonly fields: readonly Field[];
};

export const field = (name: string, type: FieldType, values: readonly Cell[], rest: Partial<Field> = {}): Field => ({
  name,
  type,
  values,
  config: NO_CONFIG,
  ...rest,
});

export const lengthOf = ({ fields }: Frame): number => fields[0]?.values.length ?? 0;

const labelText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}}`;

/** The name under which people know a field. `frames` are all of the panel: where one label tells them apart, its value is enough. */
export function displayNameOf(one: Field, frame: Frame, frames: readonly Frame[]): string {
  if (one.config.displayName !== undefined && one.config.displayName !== "") return one.config.displayName;
  if (one.legend !== undefined) return one.legend;
  const labels = Object.entries(one.labels ?? {});
  if (labels.length === 0) {
    if (frame.name !== undefined && one.name === "Value") return frame.name;
    return one.name;
  }
  const names = new Set(frames.flatMap(({ fields }) => fields.flatMap(({ labels: own = {} }) => Object.keys(own))));
  const ofLabels = names.size === 1 ? (labels[0]?.[1] ?? "") : labelText(one.labels ?? {});
  return one.name === "Value" ? ofLabels : `${one.name} ${ofLabels}`;
}

export const withConfig = (one: Field, config: Partial<FieldConfig>): Field => ({
  ...one,
  config: { ...one.config, ...config },
});

/** The type of values that come from somewhere else. */
export function typeOf(values: readonly Cell[]): FieldType {
  const first = values.find((value) => value !== undefined);
  return typeof first === "number" ? "number" : typeof first === "boolean" ? "boolean" : "string";
}
