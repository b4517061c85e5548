import { ERROR_CATEGORIES, ERROR_SOURCES, type ErrorCategory, type ErrorSource } from "../errors/index.ts";
import { type Kind, milliseconds } from "./kinds.ts";

/** A pattern of errors that the program's operator is told of. */
export type ErrorPattern = {
  readonly name: string;
  readonly categories?: readonly ErrorCategory[];
  readonly types?: readonly string[];
  readonly sources?: readonly ErrorSource[];
  readonly threshold: number;
  readonly windowMs: number;
  /** `log`, a URL, or `file:` and the path of a file that holds one. Secret. */
  readonly notify: string;
};

const KEYS: ReadonlySet<string> = new Set([
  "name",
  "categories",
  "types",
  "sources",
  "threshold",
  "windowMs",
  "notify",
]);
const MAX_THRESHOLD = 10_000;
const MAX_PATTERNS = 100;

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && one !== "");
const isCategory = (value: string): value is ErrorCategory => ERROR_CATEGORIES.some((one) => one === value);
const isSource = (value: string): value is ErrorSource => ERROR_SOURCES.some((one) => one === value);

function addressOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "log") return "log";
  if (typeof value !== "string") return undefined;
  const given = value.trim();
  return /^file:.+/.test(given) || (/^https?:\/\/[^/\s]/i.test(given) && URL.canParse(given)) ? given : undefined;
}

function parsePattern(value: unknown): ErrorPattern | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { name, categories, types, sources, threshold, windowMs, notify } = value as Readonly<Record<string, unknown>>;
  const count = Number(threshold);
  const window = milliseconds.fromYaml(windowMs);
  const address = addressOf(notify);
  const isWhole = Number.isInteger(count) && count >= 1 && count <= MAX_THRESHOLD;
  if (typeof name !== "string" || name.trim() === "" || !isWhole || window === undefined || address === undefined)
    return undefined;
  if (types !== undefined && types !== null && !isTextList(types)) return undefined;
  const hasCategories = categories !== undefined && categories !== null;
  if (hasCategories && !(isTextList(categories) && categories.every(isCategory))) return undefined;
  const hasSources = sources !== undefined && sources !== null;
  if (hasSources && !(isTextList(sources) && sources.every(isSource))) return undefined;
  if (Object.keys(value).some((key) => !KEYS.has(key))) return undefined;
  return {
    name: name.trim(),
    ...(hasCategories && { categories: categories as readonly ErrorCategory[] }),
    ...(isTextList(types) && { types }),
    ...(hasSources && { sources: sources as readonly ErrorSource[] }),
    threshold: count,
    windowMs: window,
    notify: address,
  };
}

function parsePatterns(value: unknown): readonly ErrorPattern[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_PATTERNS) return undefined;
  const patterns = value.map(parsePattern);
  return patterns.every((one) => one !== undefined) ? patterns : undefined;
}

/** The whole list is taken or left: half of what was to be watched would look like all of it. */
export const errorPatterns: Kind<readonly ErrorPattern[]> = {
  expected: `a list of patterns, each with name, threshold (1 to ${MAX_THRESHOLD}), windowMs, and perhaps categories, sources (docs/errors.md), types and notify (log, a URL, or file: and a path)`,
  fromText: () => undefined,
  fromYaml: parsePatterns,
  secret: true,
  json: {
    type: "array",
    maxItems: MAX_PATTERNS,
    items: {
      type: "object",
      additionalProperties: false,
      required: ["name", "threshold", "windowMs"],
      properties: {
        name: { type: "string", minLength: 1 },
        categories: { type: "array", minItems: 1, items: { enum: [...ERROR_CATEGORIES] } },
        types: { type: "array", minItems: 1, items: { type: "string" } },
        sources: { type: "array", minItems: 1, items: { enum: [...ERROR_SOURCES] } },
        threshold: { type: "integer", minimum: 1, maximum: MAX_THRESHOLD },
        windowMs: { type: "integer", minimum: 1 },
        notify: { type: "string", description: "log, a URL, or file: and the path of a file that holds one" },
      },
    },
  },
};
