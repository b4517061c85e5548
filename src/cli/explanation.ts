import type { Captured, Debugged, Explanation, Failure, NearbyLog, Step, ToolCall } from "../explain/index.ts";
import { formatDuration, formatUsd, plural } from "./amounts.ts";
import type { Terminal } from "./command.ts";
import { levelOf, paintLevel } from "./log-line.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { manyLines, oneLine } from "./text-width.ts";
import { formatTimeOfDay, type TimeStyle } from "./times.ts";

const SHOWN_TOOLS = 20;
const SHOWN_LOGS = 20;
const SHOWN_CHAIN = 8;
const SHOWN_STACK_LINES = 12;
const SHOWN_TEXT_LINES = 6;
const SHOWN_TEXT = 600;

type Showing = Pick<Terminal, "paint" | "columns"> & { readonly style: TimeStyle };

const heading = (title: string, paint: Paint): string[] => ["", paint.bold(title)];
const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const paintOutcome = ({ outcome }: Explanation, paint: Paint): ((text: string) => string) =>
  outcome === "failed" ? paint.red : outcome === "succeeded" ? paint.green : paint.yellow;

function chainText(chain: Failure["chain"]): string {
  const names = chain.map(({ name }) => oneLine(name));
  const shown = names.length <= SHOWN_CHAIN ? names : [...names.slice(0, SHOWN_CHAIN - 2), "…", names.at(-1) as string];
  return shown.join(" → ");
}

function failureLines(failure: Failure, paint: Paint): string[] {
  const { at, error, chain } = failure;
  const step = ({ name, spanId }: Step): string => `${oneLine(name)} ${paint.dim(spanId)}`;
  const facts = [error.category, error.type, error.httpStatus === undefined ? undefined : `HTTP ${error.httpStatus}`];
  const stack = error.stack === undefined ? [] : manyLines(error.stack);
  return [
    `began in    ${step(at)}`,
    ...(chain.length === 0 ? [] : [`took along  ${chainText(chain)}`]),
    `error       ${paint.red(oneLine(facts.filter((fact) => fact !== undefined).join(" · ")))}`,
    ...manyLines(error.message)
      .slice(0, SHOWN_TEXT_LINES)
      .map((line) => `            ${line}`),
    ...stack.slice(0, SHOWN_STACK_LINES).map((line) => paint.dim(`            ${line}`)),
    ...(stack.length > SHOWN_STACK_LINES ? [paint.dim(`            … ${stack.length - SHOWN_STACK_LINES} more`)] : []),
  ];
}

const excerpt = (text: string): string => oneLine(text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text);

function toolLines(calls: readonly ToolCall[], { paint, columns, style }: Showing): string[] {
  return renderTable(
    calls,
    [
      { title: "START", text: ({ startMs }) => formatTimeOfDay(startMs, style) },
      { title: "DURATION", text: ({ durationMs }) => formatDuration(durationMs), right: true },
      { title: "TOOL", text: ({ subject }) => oneLine(subject), minWidth: 8, paint: paint.bold },
      {
        title: "STATUS",
        text: ({ status, errorCategory }) => (errorCategory === undefined ? status : `${status}: ${errorCategory}`),
        paint: (text, { status }) => (status === "error" ? paint.red(text) : text),
      },
      { title: "ARGUMENTS", text: (call) => excerpt(call.arguments ?? ""), minWidth: 12 },
      { title: "RESULT", text: ({ result, errorMessage }) => excerpt(result ?? errorMessage ?? ""), minWidth: 12 },
    ],
    { paint, columns: columns === undefined ? undefined : columns - 2 },
  );
}

function capturedLines({
  context,
  modelSettings,
  toolsAvailable,
  instructions,
  input,
  lastOutput,
}: Captured): string[] {
  const pairs = (given: Readonly<Record<string, unknown>>): string =>
    Object.entries(given)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join("  ");
  const rows: readonly (readonly [string, string])[] = [
    ["context", pairs(context)],
    ["settings", pairs(modelSettings)],
    ["tools", (toolsAvailable ?? []).join(", ")],
    ["instructions", instructions ?? ""],
    ["input", input ?? ""],
    ["last answer", lastOutput ?? ""],
  ];
  return rows.filter(([, text]) => text !== "").map(([title, text]) => `${title.padEnd(12)} ${excerpt(text)}`);
}

function debugLines({ input, output, state, stateAtEnd, environment, spans, isTruncated }: Debugged): string[] {
  const rows: readonly (readonly [string, string])[] = [
    ["input", input ?? ""],
    ["state", state ?? ""],
    ["state at end", stateAtEnd ?? ""],
    ["result", output ?? ""],
    ["process", environment ?? ""],
    [
      "spans",
      `${spans}${isTruncated ? ", the later ones without content: it was more than is kept of one request" : ""}`,
    ],
  ];
  return rows.filter(([, text]) => text !== "").map(([title, text]) => `${title.padEnd(12)} ${excerpt(text)}`);
}

function logLines(logs: readonly NearbyLog[], { paint, style }: Showing): string[] {
  return logs.slice(-SHOWN_LOGS).map(({ timeMs, labels, line }) => {
    const level = levelOf(labels);
    return `${paint.dim(formatTimeOfDay(timeMs, style))} ${paintLevel(level, paint)(level.padEnd(5))} ${oneLine(line)}`;
  });
}

/** An explanation for people. What was observed is made safe for the terminal. */
export function renderExplanation(explanation: Explanation, showing: Showing): string[] {
  const { paint } = showing;
  const { story, failure, toolCalls, toolCallsTotal, slowest, costs, captured, debug, logs, logsFailure, next } =
    explanation;
  const mark = paintOutcome(explanation, paint)(explanation.outcome);
  const tools = toolCalls.slice(-SHOWN_TOOLS);
  const circumstances = capturedLines(captured);
  const ofTrace = logs.some((log) => log.ofTrace);
  return [
    `${paint.dim(`trace ${oneLine(explanation.traceId)}`)}  ${mark}`,
    "",
    ...story.map(oneLine),
    ...(failure === undefined ? [] : [...heading("Failure", paint), ...indented(failureLines(failure, paint))]),
    ...(tools.length === 0
      ? []
      : [
          ...heading(
            toolCallsTotal > tools.length ? `Tool calls, the last ${tools.length} of ${toolCallsTotal}` : "Tool calls",
            paint,
          ),
          ...indented(toolLines(tools, showing)),
        ]),
    ...(slowest.length === 0
      ? []
      : [
          ...heading("Where the time went", paint),
          ...indented(
            slowest.map(({ selfMs, name, durationMs }) => {
              const all = durationMs > selfMs * 1.01 ? paint.dim(` of ${formatDuration(durationMs)}`) : "";
              return `${formatDuration(selfMs).padStart(10)}  ${oneLine(name)}${all}`;
            }),
          ),
        ]),
    ...(costs.length === 0
      ? []
      : [
          ...heading("Where the money went", paint),
          ...indented(
            costs.map(({ costUsd, model, agent, calls, inputTokens, outputTokens }) =>
              [
                formatUsd(costUsd).padStart(10),
                oneLine(model) + (agent === undefined ? "" : ` for ${oneLine(agent)}`),
                paint.dim(`${plural(calls, "call")}, ${inputTokens} → ${outputTokens} tokens`),
              ].join("  "),
            ),
          ),
        ]),
    ...(circumstances.length === 0 ? [] : [...heading("Circumstances", paint), ...indented(circumstances)]),
    ...(debug === undefined ? [] : [...heading("Recorded in full", paint), ...indented(debugLines(debug))]),
    ...(logs.length === 0
      ? []
      : [
          ...heading(ofTrace ? "Log lines" : "Log lines of the same services at that time", paint),
          ...indented(logLines(logs, showing)),
        ]),
    ...(logsFailure === undefined
      ? []
      : ["", paint.yellow(`Log lines could not be asked for: ${oneLine(logsFailure)}`)]),
    ...heading("Look at next", paint),
    ...next.map((line) => `  ${oneLine(line)}`),
  ];
}
