import { formatDuration, formatFloat } from "../../gotext/index.ts";
import { type LabeledAlert, type LabeledValue, writeLabels } from "./compare.ts";
import type { RuleTestFailure, RuleTestReport } from "./run.ts";

const writeAlert = ({ labels, annotations }: LabeledAlert): string[] => [
  `labels ${writeLabels(labels)}`,
  ...Object.keys(annotations)
    .sort()
    .map((name) => `  ${name}: ${annotations[name]}`),
];

const writeValue = ({ labels, value }: LabeledValue): string[] => [
  `${writeLabels(labels)} ${formatFloat(value, "g", -1)}`,
];

/** Lines that only one side has, `-` for what was expected and `+` for what came; lines that both have once, unmarked. */
function diff(expected: readonly string[], received: readonly string[]): string[] {
  // The table of the longest common subsequence: some dozen lines on either side.
  const lengths = Array.from({ length: expected.length + 1 }, () => new Array<number>(received.length + 1).fill(0));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = expected.length - 1; row >= 0; row--) {
    for (let column = received.length - 1; column >= 0; column--) {
      const same = expected[row] === received[column];
      const line = lengths[row] as number[];
      line[column] = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < expected.length || column < received.length) {
    if (row < expected.length && column < received.length && expected[row] === received[column]) {
      lines.push(`  ${expected[row]}`);
      row += 1;
      column += 1;
    } else if (column >= received.length || (row < expected.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`- ${expected[row]}`);
      row += 1;
    } else {
      lines.push(`+ ${received[column]}`);
      column += 1;
    }
  }
  return lines;
}

const indented = (lines: readonly string[], by: string): string => lines.map((line) => by + line).join("\n");

function writeFailure(failure: RuleTestFailure): string {
  switch (failure.kind) {
    case "error":
      return `    ${failure.message}`;
    case "alerts": {
      const lines = diff(failure.expected.flatMap(writeAlert), failure.received.flatMap(writeAlert));
      const head = `    alert ${failure.alertName} at ${formatDuration(failure.evalTimeMs)}: expected ${failure.expected.length} firing, got ${failure.received.length}`;
      return `${head} (- expected, + got)\n${indented(lines, "      ")}`;
    }
    case "samples": {
      const lines = diff(failure.expected.flatMap(writeValue), failure.received.flatMap(writeValue));
      return `    ${failure.expr} at ${formatDuration(failure.evalTimeMs)} (- expected, + got)\n${indented(lines, "      ")}`;
    }
  }
}

/** The report for people: a line for each file, and what differs where a test fails. */
export function writeTestReport(report: RuleTestReport): string {
  const lines: string[] = [];
  for (const { file, problems, warnings, tests } of report.files) {
    const failing = tests.filter(({ failures }) => failures.length > 0);
    const verdict = problems.length > 0 ? "not run" : failing.length > 0 ? `${failing.length} failed` : "ok";
    lines.push(`${file}: ${tests.length} tests, ${verdict}`);
    lines.push(...warnings.map((warning) => `  warning: ${warning}`), ...problems.map((problem) => `  ${problem}`));
    for (const { name, failures } of failing) lines.push(`  ${name}`, ...failures.map(writeFailure));
  }
  lines.push(`${report.passed} passed, ${report.failed} failed`);
  return `${lines.join("\n")}\n`;
}
