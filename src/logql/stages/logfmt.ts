import { createNameCache } from "../label-names.ts";
import { DUPLICATE_SUFFIX } from "../label-state.ts";
import { createLogfmtScanner } from "../logfmt-scan.ts";
import { type StageRunner, setParserError } from "./stage.ts";

export type LogfmtOptions = { readonly strict: boolean; readonly keepEmpty: boolean };

/** `| logfmt`. What is no pair is passed over, or ends the line and marks it when `strict`. */
export function createLogfmtStage({ strict, keepEmpty }: LogfmtOptions): StageRunner {
  const nameOf = createNameCache();
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => {
      const { hints } = state;
      if (hints.isDone()) return line;
      const scanner = createLogfmtScanner(line);
      while (!scanner.isAtEnd()) {
        if (!scanner.next()) {
          if (strict) break;
          continue;
        }
        const name = nameOf(scanner.key());
        if (name === "") continue;
        const label = state.isTaken(name) ? name + DUPLICATE_SUFFIX : name;
        if (!hints.wants(label) || hints.isExtracted(label)) continue;
        const value = scanner.value().replaceAll("\ufffd", " ");
        if (value === "" && !keepEmpty) continue;
        state.set(label, value);
        if (!hints.passesEarly(label, state)) return undefined;
        if (hints.hasFoundAll()) break;
      }
      const error = scanner.error();
      if (strict && error !== undefined) {
        setParserError(state, "LogfmtParserErr", error);
        if (!hints.passesEarly("__error__", state)) return undefined;
      }
      return line;
    },
  };
}
