import type { FieldConfig, Mapped, Mapping, Thresholds } from "./field-config.ts";
import type { Cell, FieldType } from "./frame.ts";
import { joined, type Written, write, writeTime } from "./units.ts";

/** A value as it is read: its text, and the color that mappings or thresholds give it. */
export type Shown = Written & { readonly color: string | undefined; readonly raw: Cell };

export const textOfShown = (shown: Shown): string => joined(shown);

function patternOf(pattern: string): RegExp | undefined {
  const [, source = pattern, flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(pattern) ?? [];
  try {
    return new RegExp(source, flags.replaceAll("g", ""));
  } catch {
    return undefined;
  }
}

const isSpecial = (match: string, value: Cell): boolean => {
  if (match === "null") return value === undefined;
  if (match === "nan") return Number.isNaN(value);
  if (match === "null+nan") return value === undefined || Number.isNaN(value);
  if (match === "empty") return value === "";
  return String(value) === match;
};

function resultOf(mapping: Mapping, value: Cell): Mapped | undefined {
  if (mapping.type === "value") return value === undefined ? undefined : mapping.options.get(String(value));
  if (mapping.type === "special") return isSpecial(mapping.match, value) ? mapping.result : undefined;
  if (mapping.type === "range") {
    const number = typeof value === "number" ? value : Number.parseFloat(String(value));
    return number >= mapping.from && number <= mapping.to ? mapping.result : undefined;
  }
  if (value === undefined) return undefined;
  const match = patternOf(mapping.pattern)?.exec(String(value));
  if (match === null || match === undefined) return undefined;
  const { text, color } = mapping.result;
  return {
    color,
    text:
      text === undefined
        ? undefined
        : String(value).replace(match[0], () =>
            text.replaceAll(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? ""),
          ),
  };
}

export function mappedOf(mappings: readonly Mapping[], value: Cell): Mapped | undefined {
  for (const mapping of mappings) {
    const result = resultOf(mapping, value);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** The color of the highest step that the value reaches. `percent` thresholds are of the way from the least to the most. */
export function thresholdColor(
  { steps, isPercentage }: Thresholds,
  value: number,
  min = 0,
  max = 100,
): string | undefined {
  const compared = isPercentage ? ((value - min) / (max - min || 1)) * 100 : value;
  return steps.findLast((step) => compared >= step.value || step.value === Number.NEGATIVE_INFINITY)?.color;
}

const DEFAULT_THRESHOLDS: Thresholds = {
  isPercentage: false,
  steps: [
    { value: Number.NEGATIVE_INFINITY, color: "green" },
    { value: 80, color: "red" },
  ],
};
export const thresholdsOf = (config: FieldConfig): Thresholds => config.thresholds ?? DEFAULT_THRESHOLDS;

/** Whether a number is colored by thresholds: what Grafana does where nothing else is written, but for series. */
const colorOf = (config: FieldConfig, value: number): string | undefined => {
  const { mode = "thresholds", fixedColor } = config.color ?? {};
  if (mode === "fixed") return fixedColor;
  if (mode === "thresholds") return thresholdColor(thresholdsOf(config), value, config.min, config.max);
  return undefined;
};

export function shownValue(config: FieldConfig, type: FieldType, value: Cell): Shown {
  const mapped = mappedOf(config.mappings, value);
  const plain = (text: string, color?: string): Shown => ({
    prefix: "",
    text,
    suffix: "",
    color: mapped?.color ?? color,
    raw: value,
  });
  if (mapped?.text !== undefined && mapped.text !== "") {
    return plain(mapped.text, typeof value === "number" ? colorOf(config, value) : undefined);
  }
  if (value === undefined) return plain(config.noValue ?? "–");
  if (type === "time" && typeof value === "number") return plain(joined(writeTime(value, undefined)));
  if (typeof value !== "number") return plain(String(value));
  if (Number.isNaN(value)) return plain(config.noValue ?? "NaN", colorOf(config, value));
  return { ...write(value, config.unit, config.decimals), color: mapped?.color ?? colorOf(config, value), raw: value };
}

/** One unit for all ticks of an axis. */
export const axisText = (config: FieldConfig, value: number): string =>
  joined(write(value, config.unit, config.decimals));
