import { compilePattern } from "../../re2/index.ts";
import type { StageRunner } from "./stage.ts";

// An escape sequence of a terminal: the introducer, marks, then either text up to BEL or numbers up to a final character.
const INTRODUCER = "[\\x{1b}\\x{9b}]";
const MARKS = "[[\\]()#;?]*";
const TO_BEL = "(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07";
const TO_FINAL = "(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]";
/** By the linear engine, because marks may also begin a list: a line of semicolons would hold another one up. */
const SEQUENCE = compilePattern(`${INTRODUCER}${MARKS}(?:${TO_BEL}|${TO_FINAL})`);

/** `| decolorize`. */
export function createDecolorizeStage(): StageRunner {
  return {
    requiredLabels: [],
    process: (_timeNs, line) => {
      if (!line.includes("\x1b") && !line.includes("\x9b")) return line;
      let plain = "";
      let from = 0;
      for (let match = SEQUENCE.find(line); match !== undefined; match = SEQUENCE.find(line, from)) {
        plain += line.slice(from, match.start);
        from = match.end;
      }
      return plain + line.slice(from);
    },
  };
}
