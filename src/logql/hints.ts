import { DUPLICATE_SUFFIX, ERROR_LABEL, type LabelState } from "./label-state.ts";

/** A label filter that looks at one label, by which a parser may drop a line as soon as it knows the label. */
export type EarlyFilter = { readonly label: string; readonly passes: (state: LabelState) => boolean };

/**
 * What a parser need not do. More than speed hangs on it: a parser that is not asked for anything does not fail either, so
 * `sum(rate({…} | json [1m]))` counts lines that are no JSON, and `sum by (x)` of the same query is an error.
 */
export type ParserHints = {
  /** Nothing is asked for, or all that is asked for has been found. */
  readonly isDone: () => boolean;
  readonly hasFoundAll: () => boolean;
  readonly wants: (label: string) => boolean;
  readonly wantsPrefix: (prefix: string) => boolean;
  /** An earlier parser's label is not replaced by a later one's. */
  readonly isExtracted: (label: string) => boolean;
  readonly recordExtracted: (label: string) => void;
  /** Errors were asked for by name and may become labels of series. */
  readonly preservesErrors: boolean;
  /** False where a later filter is known to drop the line for this label. */
  readonly passesEarly: (label: string, state: LabelState) => boolean;
  readonly reset: () => void;
};

export type HintOptions = {
  /** Labels that stages, grouping and unwrap refer to; undefined: no limit can be told. */
  readonly required: readonly string[] | undefined;
  readonly earlyFilters: readonly EarlyFilter[];
  /** No label at all is needed. */
  readonly noLabels?: boolean;
};

export function createHints({ required, earlyFilters, noLabels = false }: HintOptions): ParserHints {
  const wanted = new Set<string>();
  for (const label of required ?? []) {
    if (label === "") continue;
    wanted.add(label);
    // The suffix is given after the parser looked for the name.
    if (label.endsWith(DUPLICATE_SUFFIX)) wanted.add(label.slice(0, -DUPLICATE_SUFFIX.length));
  }
  const extracted = new Set<string>();
  const hasFoundAll = (): boolean => {
    if (wanted.size === 0 || extracted.size < wanted.size) return false;
    for (const label of wanted) if (!extracted.has(label)) return false;
    return true;
  };
  return {
    isDone: () => noLabels || hasFoundAll(),
    hasFoundAll,
    wants: (label) => wanted.size === 0 || wanted.has(label),
    wantsPrefix: (prefix) => {
      if (wanted.size === 0) return true;
      for (const label of wanted) if (label.startsWith(prefix)) return true;
      return false;
    },
    isExtracted: (label) => extracted.has(label),
    recordExtracted: (label) => void extracted.add(label),
    preservesErrors: wanted.has(ERROR_LABEL),
    passesEarly: (label, state) => {
      for (const filter of earlyFilters) if (filter.label === label) return filter.passes(state);
      return true;
    },
    reset: () => {
      if (extracted.size > 0) extracted.clear();
    },
  };
}
