import type { Span } from "@opentelemetry/api";

/** What a span inherits from those above it in this process. */
export type Lineage = { readonly agent?: string; readonly workflow?: string };

/** Keeps the lineage of spans for as long as the span objects live. */
export type LineageBook = {
  readonly of: (span: object | undefined) => Lineage;
  readonly set: (span: Span | object, lineage: Lineage) => void;
};

const NO_LINEAGE: Lineage = {};

export function createLineageBook(): LineageBook {
  const lineages = new WeakMap<object, Lineage>();
  return {
    of: (span) => (span === undefined ? NO_LINEAGE : (lineages.get(span) ?? NO_LINEAGE)),
    set: (span, lineage) => void lineages.set(span, lineage),
  };
}
