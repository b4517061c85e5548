import { eachMember, JsonError, type JsonValue, labelValueOf } from "../json-scan.ts";
import { createNameCache, sanitizeLabelName } from "../label-names.ts";
import { DUPLICATE_SUFFIX, type LabelState } from "../label-state.ts";
import { type StageRunner, setParserError } from "./stage.ts";

/** Deeper than any log line is; each level reads its text again. */
const MAX_DEPTH = 100;

const textOf = ({ kind, raw }: JsonValue): string => (kind === "string" ? labelValueOf(raw) : raw);

/** `| json`: members become labels, members of members with the names of both. Arrays and null are left out. */
export function createJsonStage(): StageRunner {
  const nameOf = createNameCache();
  /** False where a filter is known to drop the line. */
  const parse = (line: string, state: LabelState): boolean => {
    const { hints } = state;
    let isKept = true;
    const visitObject = (text: string, prefix: string, depth: number): boolean => {
      if (depth > MAX_DEPTH) throw new JsonError(`nested deeper than ${MAX_DEPTH} levels`);
      return eachMember(text, (key, value) => {
        const name = joinNames(prefix, key, nameOf);
        if (value.kind === "object") return hints.wantsPrefix(name) ? visitObject(value.raw, name, depth + 1) : true;
        if (value.kind !== "array" && value.kind !== "null" && name !== "") {
          const label = state.isTaken(name) ? name + DUPLICATE_SUFFIX : name;
          if (hints.wants(label) && !hints.isExtracted(label)) {
            state.set(label, textOf(value));
            if (!hints.passesEarly(label, state)) {
              isKept = false;
              return false;
            }
          }
        }
        return !hints.hasFoundAll();
      });
    };
    visitObject(line, "", 0);
    return isKept;
  };
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => {
      if (state.hints.isDone()) return line;
      try {
        return parse(line, state) ? line : undefined;
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        setParserError(state, "JSONParserErr", error.message);
        return line;
      }
    },
  };
}

function joinNames(prefix: string, key: string, nameOf: (text: string) => string): string {
  if (prefix === "") return nameOf(key);
  const trimmed = key.trim();
  if (trimmed === "") return prefix;
  // Behind a prefix a digit needs no `_`.
  return /^[0-9]/.test(trimmed) ? `${prefix}_${sanitizeLabelName(`_${trimmed}`).slice(1)}` : `${prefix}_${nameOf(key)}`;
}
