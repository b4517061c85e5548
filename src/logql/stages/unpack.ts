import { eachMember, JsonError, labelValueOf, unescapeString } from "../json-scan.ts";
import { sanitizeLabelName } from "../label-names.ts";
import { DUPLICATE_SUFFIX } from "../label-state.ts";
import { type StageRunner, setParserError } from "./stage.ts";

/** Where Promtail's `pack` puts the line. */
const PACKED_LINE = "_entry";

/** `| unpack`: a packed line becomes what it was, and what was packed with it becomes labels. */
export function createUnpackStage(): StageRunner {
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => {
      const { hints } = state;
      if (line === "" || hints.isDone()) return line;
      if (!line.startsWith("{")) {
        // The number is Go's constant for an object, and part of the message.
        setParserError(state, "JSONParserErr", "expecting json object(6), but it is not");
        return line;
      }
      let packed: string | undefined;
      const labels: [name: string, value: string][] = [];
      try {
        eachMember(line, (key, { kind, raw }) => {
          if (kind !== "string") return true;
          if (key === PACKED_LINE) {
            packed = unescapeString(raw);
            if (packed === undefined) throw new JsonError("Encountered an invalid escape sequence in a string");
            return true;
          }
          const name = state.isTaken(key) ? key + DUPLICATE_SUFFIX : key;
          if (hints.wants(name) && !hints.isExtracted(name)) labels.push([sanitizeLabelName(name), labelValueOf(raw)]);
          return true;
        });
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        setParserError(state, "JSONParserErr", error.message);
        return line;
      }
      if (packed === undefined) return line;
      for (const [name, value] of labels) {
        state.set(name, value);
        if (!hints.passesEarly(name, state)) return undefined;
      }
      return packed;
    },
  };
}
