import { listOf, type Members, membersOf, numberOf, textOf } from "./json.ts";
import { type Link, readLinks } from "./link-json.ts";

/** How the values of a field are shown: the defaults of a panel, and what overrides change for some of its fields. */

export type Threshold = { readonly value: number; readonly color: string };
export type Thresholds = { readonly isPercentage: boolean; readonly steps: readonly Threshold[] };
export type Mapped = { readonly text?: string | undefined; readonly color?: string | undefined };
export type Mapping =
  | { readonly type: "value"; readonly options: ReadonlyMap<string, Mapped> }
  | { readonly type: "range"; readonly from: number; readonly to: number; readonly result: Mapped }
  | { readonly type: "regex"; readonly pattern: string; readonly result: Mapped }
  | { readonly type: "special"; readonly match: string; readonly result: Mapped };

export type FieldConfig = {
  readonly unit?: string | undefined;
  readonly decimals?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly displayName?: string | undefined;
  readonly noValue?: string | undefined;
  readonly color?: { readonly mode: string; readonly fixedColor?: string | undefined } | undefined;
  readonly thresholds?: Thresholds | undefined;
  readonly mappings: readonly Mapping[];
  readonly links: readonly Link[];
  readonly custom: Members;
};
export type Matcher = { readonly id: string; readonly options: unknown };
export type Override = {
  readonly matcher: Matcher;
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
};
export type FieldConfigSource = { readonly defaults: FieldConfig; readonly overrides: readonly Override[] };

export const NO_CONFIG: FieldConfig = { mappings: [], links: [], custom: {} };

const readMapped = (value: unknown): Mapped => {
  const { text, color } = membersOf(value);
  return { text: textOf(text), color: textOf(color) };
};

function readMapping(value: unknown): readonly Mapping[] {
  const { type, options, value: old, text } = membersOf(value);
  const given = membersOf(options);
  if (type === "value") {
    return [{ type, options: new Map(Object.entries(given).map(([key, mapped]) => [key, readMapped(mapped)])) }];
  }
  if (type === "range") {
    return [
      {
        type,
        from: numberOf(given["from"]) ?? Number.NEGATIVE_INFINITY,
        to: numberOf(given["to"]) ?? Number.POSITIVE_INFINITY,
        result: readMapped(given["result"]),
      },
    ];
  }
  if (type === "regex") return [{ type, pattern: textOf(given["pattern"]) ?? "", result: readMapped(given["result"]) }];
  if (type === "special") return [{ type, match: textOf(given["match"]) ?? "", result: readMapped(given["result"]) }];
  // As it was before Grafana 8.
  if (type === 1 && old !== undefined) {
    return [{ type: "value", options: new Map([[String(old), { text: textOf(text) }]]) }];
  }
  return [];
}

const readThresholds = (value: unknown): Thresholds | undefined => {
  const { mode, steps } = membersOf(value);
  const read = listOf(steps).map((step) => {
    const { value: from, color } = membersOf(step);
    return { value: numberOf(from) ?? Number.NEGATIVE_INFINITY, color: textOf(color) ?? "green" };
  });
  if (read.length === 0) return undefined;
  return { isPercentage: mode === "percentage", steps: read.sort((a, b) => a.value - b.value) };
};

const readColor = (value: unknown): FieldConfig["color"] => {
  const { mode, fixedColor } = membersOf(value);
  return typeof mode === "string" ? { mode, fixedColor: textOf(fixedColor) } : undefined;
};

const READERS = {
  unit: textOf,
  decimals: numberOf,
  min: numberOf,
  max: numberOf,
  displayName: textOf,
  noValue: textOf,
  color: readColor,
  thresholds: readThresholds,
  mappings: (value: unknown) => listOf(value).flatMap(readMapping),
  links: readLinks,
  custom: membersOf,
} as const;
type Known = keyof typeof READERS;
const isKnown = (id: string): id is Known => Object.hasOwn(READERS, id);

/** Custom properties keep their dots as members: `custom.axis.label` is in a member that is an object. */
function withCustom(custom: Members, path: readonly string[], value: unknown): Members {
  const [name = "", ...rest] = path;
  return { ...custom, [name]: rest.length === 0 ? value : withCustom(membersOf(custom[name]), rest, value) };
}

export function withProperty(config: FieldConfig, id: string, value: unknown): FieldConfig {
  if (id.startsWith("custom.")) return { ...config, custom: withCustom(config.custom, id.split(".").slice(1), value) };
  return isKnown(id) ? { ...config, [id]: READERS[id](value) } : config;
}

export function readFieldConfig(value: unknown): FieldConfigSource {
  const { defaults, overrides } = membersOf(value);
  let config = NO_CONFIG;
  for (const [id, given] of Object.entries(membersOf(defaults))) config = withProperty(config, id, given);
  return {
    defaults: config,
    overrides: listOf(overrides).map((one) => {
      const { matcher, properties } = membersOf(one);
      const { id, options } = membersOf(matcher);
      return {
        matcher: { id: textOf(id) ?? "", options },
        properties: listOf(properties).map((property) => {
          const { id: name, value: given } = membersOf(property);
          return { id: textOf(name) ?? "", value: given };
        }),
      };
    }),
  };
}
