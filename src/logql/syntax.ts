import type { Matcher } from "../signals/index.ts";
import type { RangeOperation, VectorOperation } from "./tokens.ts";

/** A query: lines of logs, or numbers made of them. */
export type LogqlExpr = LogExpr | MetricExpr;
export type MetricExpr = RangeExpr | AggregationExpr | BinaryExpr | LiteralExpr | VectorExpr | LabelReplaceExpr;

export type LogExpr = {
  readonly kind: "log";
  readonly matchers: readonly Matcher[];
  readonly stages: readonly Stage[];
};

export type LineMatchOperator = "|=" | "!=" | "|~" | "!~" | "|>" | "!>";
/** `alternatives` (without the first) are tried where the operator is a positive one. */
export type LineFilter = {
  readonly kind: "lineFilter";
  readonly operator: LineMatchOperator;
  readonly text: string;
  readonly ip: boolean;
  readonly alternatives: readonly string[];
};

export type Comparison = "==" | "!=" | ">" | ">=" | "<" | "<=";
export type LabelFilter =
  | { readonly kind: "string"; readonly matcher: Matcher }
  | { readonly kind: "ip"; readonly label: string; readonly negated: boolean; readonly pattern: string }
  | {
      /** Nanoseconds, bytes, or a plain number. */
      readonly kind: "duration" | "bytes" | "number";
      readonly label: string;
      readonly comparison: Comparison;
      readonly value: number;
    }
  | { readonly kind: "and" | "or"; readonly left: LabelFilter; readonly right: LabelFilter };

export type Extraction = { readonly label: string; readonly expression: string };
/** `from` is the label that is renamed, or `template` what the label is made of. */
export type LabelFormat = { readonly label: string } & ({ readonly from: string } | { readonly template: string });
/** A label by its name, or by a matcher on its value. */
export type LabelChoice = { readonly name: string; readonly matcher?: Matcher };

export type Stage =
  | LineFilter
  | { readonly kind: "labelFilter"; readonly filter: LabelFilter }
  | { readonly kind: "json"; readonly extractions: readonly Extraction[] }
  | {
      readonly kind: "logfmt";
      readonly extractions: readonly Extraction[];
      readonly strict: boolean;
      readonly keepEmpty: boolean;
    }
  | { readonly kind: "regexp" | "pattern"; readonly expression: string }
  | { readonly kind: "unpack" | "decolorize" }
  | { readonly kind: "lineFormat"; readonly template: string }
  | { readonly kind: "labelFormat"; readonly formats: readonly LabelFormat[] }
  | { readonly kind: "drop" | "keep"; readonly choices: readonly LabelChoice[] };

export type Grouping = { readonly without: boolean; readonly labels: readonly string[] };
export type UnwrapConversion = "none" | "bytes" | "duration";
export type Unwrap = {
  readonly label: string;
  readonly conversion: UnwrapConversion;
  readonly filters: readonly LabelFilter[];
};

export type RangeExpr = {
  readonly kind: "range";
  readonly operation: RangeOperation;
  /** Of `quantile_over_time`. */
  readonly parameter: number;
  readonly log: LogExpr;
  readonly unwrap: Unwrap | undefined;
  readonly rangeNs: number;
  readonly offsetNs: number;
  readonly grouping: Grouping | undefined;
};
export type AggregationExpr = {
  readonly kind: "aggregation";
  readonly operation: VectorOperation;
  /** Of `topk` and `bottomk`. */
  readonly parameter: number;
  readonly grouping: Grouping;
  readonly inner: MetricExpr;
};
export type BinaryOperator = "or" | "and" | "unless" | "+" | "-" | "*" | "/" | "%" | "^" | Comparison;
export type Matching = {
  readonly cardinality: "one-to-one" | "many-to-one" | "one-to-many";
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly include: readonly string[];
};
export type BinaryExpr = {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: MetricExpr;
  readonly right: MetricExpr;
  readonly returnBool: boolean;
  readonly matching: Matching;
};
export type LiteralExpr = { readonly kind: "literal"; readonly value: number };
export type VectorExpr = { readonly kind: "vector"; readonly value: number };
export type LabelReplaceExpr = {
  readonly kind: "labelReplace";
  readonly inner: MetricExpr;
  readonly target: string;
  readonly replacement: string;
  readonly source: string;
  readonly pattern: string;
};

export const isComparison = (operator: BinaryOperator): operator is Comparison =>
  ["==", "!=", ">", ">=", "<", "<="].includes(operator);
