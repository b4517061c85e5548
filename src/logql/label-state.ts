import type { Labels } from "../signals/index.ts";
import type { ParserHints } from "./hints.ts";

export const ERROR_LABEL = "__error__";
export const ERROR_DETAILS_LABEL = "__error_details__";
export const PRESERVE_ERROR_LABEL = "__preserve_error__";
/** What a name gets that the stream, or the line's metadata, has already. */
export const DUPLICATE_SUFFIX = "_extracted";

/** Labels of a line after its pipeline, by where they came from. */
export type LineLabels = {
  readonly stream: Labels;
  readonly structuredMetadata: Labels;
  readonly parsed: Labels;
};

/** The labels of one line on its way through a pipeline; reset for the next line. */
export type LabelState = {
  readonly hints: ParserHints;
  error: string;
  errorDetails: string;
  readonly reset: (stream: Labels, metadata: Labels) => void;
  /** The value; undefined where there is none. Labels of the stream count as absent if empty. */
  readonly get: (name: string) => string | undefined;
  /** Whether a parser must give the name its suffix. */
  readonly isTaken: (name: string) => boolean;
  readonly inStream: (name: string) => boolean;
  readonly set: (name: string, value: string) => void;
  readonly remove: (name: string) => void;
  /** All labels, errors among them. */
  readonly entries: () => [name: string, value: string][];
  /** Nothing of the stream was removed or hidden and nothing was added, no error either. */
  readonly isUntouched: () => boolean;
  readonly result: () => LineLabels;
};

const EMPTY: Labels = Object.freeze(Object.create(null) as Record<string, string>);

export function createLabelState(hints: ParserHints): LabelState {
  let stream: Labels = EMPTY;
  const metadata = new Map<string, string>();
  const parsed = new Map<string, string>();
  const removed = new Set<string>();
  const isVisible = (name: string): boolean => !removed.has(name) && !metadata.has(name) && !parsed.has(name);
  const inStream = (name: string): boolean => (stream[name] ?? "") !== "";

  const state: LabelState = {
    hints,
    error: "",
    errorDetails: "",
    reset: (nextStream, nextMetadata) => {
      stream = nextStream;
      metadata.clear();
      parsed.clear();
      removed.clear();
      state.error = "";
      state.errorDetails = "";
      hints.reset();
      for (const name in nextMetadata) {
        const value = nextMetadata[name] as string;
        if (name === ERROR_LABEL) state.error = value;
        else if (name === ERROR_DETAILS_LABEL) state.errorDetails = value;
        else metadata.set(inStream(name) ? name + DUPLICATE_SUFFIX : name, value);
      }
    },
    get: (name) => {
      const added = parsed.get(name) ?? metadata.get(name);
      if (added !== undefined) return added;
      const value = removed.has(name) ? undefined : stream[name];
      return value === "" ? undefined : value;
    },
    isTaken: (name) => inStream(name) || metadata.has(name),
    inStream,
    set: (name, value) => {
      metadata.delete(name);
      if (!parsed.has(name)) hints.recordExtracted(name);
      parsed.set(name, value);
    },
    remove: (name) => {
      metadata.delete(name);
      parsed.delete(name);
      removed.add(name);
    },
    entries: () => {
      const all: [string, string][] = [];
      for (const name in stream) if (isVisible(name)) all.push([name, stream[name] as string]);
      all.push(...metadata, ...parsed);
      if (state.error !== "") all.push([ERROR_LABEL, state.error]);
      if (state.errorDetails !== "") all.push([ERROR_DETAILS_LABEL, state.errorDetails]);
      return all;
    },
    isUntouched: () => metadata.size === 0 && parsed.size === 0 && removed.size === 0 && state.error === "",
    result: () => {
      if (state.isUntouched()) return { stream, structuredMetadata: EMPTY, parsed: EMPTY };
      const kept = Object.create(null) as Record<string, string>;
      for (const name in stream) if (isVisible(name)) kept[name] = stream[name] as string;
      const additions = recordOf(parsed);
      if (state.error !== "") additions[ERROR_LABEL] = state.error;
      if (state.errorDetails !== "") additions[ERROR_DETAILS_LABEL] = state.errorDetails;
      return { stream: kept, structuredMetadata: recordOf(metadata), parsed: additions };
    },
  };
  return state;
}

/** Values may be empty here: what a parser was asked for and did not find. */
function recordOf(labels: ReadonlyMap<string, string>): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (const [name, value] of labels) record[name] = value;
  return record;
}
