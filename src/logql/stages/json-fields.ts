import { findValue, type JsonPath, parseJsonPath } from "../json-path.ts";
import { JsonError, type JsonValue, labelValueOf } from "../json-scan.ts";
import { DUPLICATE_SUFFIX, type LabelState } from "../label-state.ts";
import type { Extraction } from "../syntax.ts";
import { type StageRunner, setParserError } from "./stage.ts";

/** A value that cannot be read marks the line, and is none. */
function valueAt(line: string, path: JsonPath, state: LabelState): JsonValue | undefined {
  try {
    return findValue(line, path);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    setParserError(state, "JSONParserErr", error.message);
    return undefined;
  }
}

/** `| json label="path"`: only what is named; a label whose path leads nowhere is empty. Throws an `Error` for a bad path. */
export function createJsonFieldsStage(extractions: readonly Extraction[]): StageRunner {
  const fields = extractions.map(({ label, expression }) => {
    try {
      return { label, path: parseJsonPath(expression) };
    } catch (error) {
      throw new Error(`cannot parse expression [${expression}]: ${(error as Error).message}`);
    }
  });
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => {
      if (line === "" || state.hints.isDone()) return line;
      if (!/^["{[]/.test(line)) {
        setParserError(state, "JSONParserErr", undefined);
        return line;
      }
      for (const { label, path } of fields) {
        const value = valueAt(line, path, state);
        if (value === undefined) {
          if (state.get(label) === undefined) state.set(label, "");
          continue;
        }
        const name = state.isTaken(label) ? label + DUPLICATE_SUFFIX : label;
        state.set(name, value.kind === "null" ? "" : value.kind === "object" ? value.raw : labelValueOf(value.raw));
      }
      return line;
    },
  };
}
