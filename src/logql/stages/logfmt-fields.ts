import { createNameCache } from "../label-names.ts";
import { DUPLICATE_SUFFIX } from "../label-state.ts";
import { createLogfmtScanner } from "../logfmt-scan.ts";
import type { Extraction } from "../syntax.ts";
import { type StageRunner, setParserError } from "./stage.ts";

const KEY = /^\s*(?:([A-Za-z_][A-Za-z0-9_]*)|"([^"\]]*)")\s*$/;

/** `| logfmt label="key"`: only what is named; a label without its key is empty. Throws an `Error` for a bad key. */
export function createLogfmtFieldsStage(extractions: readonly Extraction[], strict: boolean): StageRunner {
  const nameOf = createNameCache();
  const labelByKey = new Map<string, string>();
  const labels = new Set<string>();
  for (const { label, expression } of extractions) {
    const match = KEY.exec(expression);
    if (match === null) throw new Error(`cannot parse expression [${expression}]: expected one key, as in label="key"`);
    labelByKey.set(match[1] ?? match[2] ?? "", label);
    labels.add(label);
  }
  return {
    requiredLabels: [],
    process: (_timeNs, line, state) => {
      const { hints } = state;
      if (hints.isDone()) return line;
      for (const label of labels) if (!state.isTaken(label)) state.set(label, "");
      const scanner = createLogfmtScanner(line);
      while (!scanner.isAtEnd()) {
        if (!scanner.next()) {
          if (strict) break;
          continue;
        }
        const key = nameOf(scanner.key());
        const isNamed = labels.has(key);
        // A metric query that wants labels by name passes over keys with other names, even those that become such labels: so does Loki.
        if (key === "" || (!isNamed && (!hints.wants(key) || hints.isExtracted(key)))) continue;
        const label = labelByKey.get(key) ?? key;
        if (!labels.has(label)) continue;
        const value = scanner.value();
        let name = label;
        if (state.isTaken(label)) {
          name += DUPLICATE_SUFFIX;
          if (hints.isExtracted(name) || !hints.wants(name)) break;
        }
        state.set(name, value.includes("\ufffd") ? "" : value);
        if (hints.hasFoundAll()) break;
      }
      const error = scanner.error();
      if (strict && error !== undefined) setParserError(state, "LogfmtParserErr", error);
      return line;
    },
  };
}
