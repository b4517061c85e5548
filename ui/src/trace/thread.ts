import { ATTR } from "../../../src/model/index.ts";
import type { TraceRow } from "./layout.ts";
import { type Message, type Part, parseJson, readMessages, unwrapResult } from "./messages.ts";
import { isTalk, type Scope } from "./scopes.ts";
import { textOf } from "./span-kind.ts";
import { continueStrand, extendStrands, type Strand } from "./strands.ts";

/** What was said in a scope, from its beginning to its end, each thing once. Pure. */

export type ToolEntry = {
  readonly kind: "tool";
  readonly name: string;
  readonly id: string | undefined;
  /** Undefined where it is not known: not captured, or there was none. */
  readonly arguments: unknown;
  readonly result: unknown;
  readonly isRemote: boolean;
  /** The call of the model that asked for it; undefined where the program called it. */
  readonly askedBy: TraceRow | undefined;
  /** Where it ran; undefined where nothing tells of that. */
  readonly row: TraceRow | undefined;
  /** What was said inside; undefined where nothing was. */
  readonly scope: Scope | undefined;
};
export type AnswerEntry = {
  readonly kind: "answer";
  readonly row: TraceRow;
  /** Without the calls of tools, which are entries of their own. Undefined where it is not recorded. */
  readonly parts: readonly Part[] | undefined;
  /** How many tools it asked for. */
  readonly toolCalls: number;
  readonly finishReason: string | undefined;
  /** Further answers to the same question, where several were asked for. */
  readonly choice: number;
  /** Tools that could be asked for, where these are others than in the call before. */
  readonly offered: readonly string[] | undefined;
  /** The question was put before, in this very form. */
  readonly isRepeated: boolean;
  /** The older part of the history was not sent. */
  readonly isShortened: boolean;
  /** It goes on with nothing that was said before, though there was something. */
  readonly isAnew: boolean;
};
export type Entry =
  | { readonly kind: "message"; readonly message: Message; readonly row: TraceRow }
  /** What was said in turns before: it came along with the question. */
  | { readonly kind: "earlier"; readonly messages: readonly Message[]; readonly row: TraceRow }
  | AnswerEntry
  | ToolEntry
  | { readonly kind: "agent"; readonly scope: Scope }
  /** A call of a model or a retrieval in which nobody talks. */
  | { readonly kind: "step"; readonly row: TraceRow };

type OpenTool = { -readonly [K in keyof ToolEntry]: ToolEntry[K] };

const CONTENT = [ATTR.inputMessages, ATTR.outputMessages, ATTR.systemInstructions, ATTR.toolArguments, ATTR.toolResult];
export const hasContent = ({ span }: TraceRow): boolean => CONTENT.some((name) => span.attributes[name] !== undefined);

function offeredTools(row: TraceRow): readonly string[] | undefined {
  const definitions = parseJson(row.span.attributes[ATTR.toolDefinitions]);
  if (!Array.isArray(definitions)) return undefined;
  const names = definitions.flatMap((one: unknown) => {
    const { name, function: inner } = (one ?? {}) as { name?: unknown; function?: { name?: unknown } };
    const told = name ?? inner?.name;
    return typeof told === "string" ? [told] : [];
  });
  return [...new Set(names)];
}

/** Of a history that comes at once: all that was said before the last question, where somebody had answered before. */
function earlierTurns(messages: readonly Message[]): readonly Message[] {
  const last = messages.findLastIndex(
    ({ role, parts }) => role === "user" && parts.some(({ type }) => type !== "tool_result"),
  );
  const before = messages.slice(0, Math.max(0, last));
  return before.some(({ role }) => role === "assistant") ? before : [];
}

const stable = (value: unknown): string => JSON.stringify(value) ?? "";

/** Collects entries; a tool's stays where the model asked for it, and gets what becomes known of it. */
function createThread() {
  const entries: Entry[] = [];
  const open: OpenTool[] = [];
  let strands: readonly Strand[] = [];
  let [instructions, offered] = ["", ""];

  const ask = (part: Extract<Part, { type: "tool_call" }>, row: TraceRow): void => {
    const { id, name, isRemote } = part;
    const tool: OpenTool = {
      kind: "tool",
      name,
      id,
      arguments: part.arguments,
      result: undefined,
      isRemote,
      askedBy: row,
      row: undefined,
      scope: undefined,
    };
    entries.push(tool);
    open.push(tool);
  };

  /** Gives a result to the call that it answers; false where there is none. */
  const answer = ({ id, name, result }: Extract<Part, { type: "tool_result" }>): boolean => {
    const tool =
      (id === undefined ? undefined : open.find((one) => one.id === id)) ??
      open.find(
        (one) =>
          one.result === undefined &&
          (id === undefined || one.id === undefined) &&
          (name === undefined || one.name === name),
      );
    if (tool === undefined) return false;
    tool.result = result;
    return true;
  };

  const hear = (message: Message, row: TraceRow): void => {
    const parts = message.parts.filter((part) => part.type !== "tool_result" || !answer(part));
    if (parts.length === 0 && message.parts.length > 0) return;
    const calls = parts.filter((part) => part.type === "tool_call");
    const rest = parts.filter((part) => part.type !== "tool_call");
    if (rest.length > 0 || calls.length === 0)
      entries.push({ kind: "message", message: { ...message, parts: rest }, row });
    for (const call of calls) ask(call, row);
  };

  const call = (row: TraceRow): void => {
    const { attributes } = row.span;
    const told = textOf(row.span, ATTR.systemInstructions);
    if (told !== undefined && told !== instructions) {
      instructions = told;
      for (const message of readMessages(told, "system")) entries.push({ kind: "message", message, row });
    }
    const tools = offeredTools(row);
    const isOther = tools !== undefined && stable(tools) !== offered;
    if (isOther) offered = stable(tools);
    const asked = readMessages(attributes[ATTR.inputMessages], "user");
    const said = readMessages(attributes[ATTR.outputMessages], "assistant");
    const { fresh, strand, isShortened } = continueStrand(strands, asked);
    const earlier = strand === undefined ? earlierTurns(fresh) : [];
    if (earlier.length > 0) entries.push({ kind: "earlier", messages: earlier, row });
    for (const message of fresh.slice(earlier.length)) hear(message, row);
    const notes = {
      isRepeated: asked.length > 0 && fresh.length === 0,
      isShortened,
      isAnew: strand === undefined && strands.length > 0 && asked.length > 0,
    };
    const answers = said.length === 0 ? [undefined] : said;
    answers.forEach((one, choice) => {
      const calls = (one?.parts ?? []).filter((part) => part.type === "tool_call");
      entries.push({
        kind: "answer",
        row,
        parts: one?.parts.filter(({ type }) => type !== "tool_call" && type !== "tool_result"),
        toolCalls: calls.length,
        finishReason: one?.finishReason,
        choice,
        offered: isOther && choice === 0 ? tools : undefined,
        ...notes,
      });
      for (const part of calls) ask(part, row);
      // What ran at the provider comes with the answer.
      for (const part of one?.parts ?? [])
        if (part.type === "tool_result" && !answer(part))
          entries.push({ kind: "message", message: { role: "tool", parts: [part], finishReason: undefined }, row });
    });
    if (asked.length > 0) {
      const [first] = said;
      strands = extendStrands(strands, strand, first === undefined ? asked : [...asked, first]);
    }
  };

  const run = (scope: Scope, row: TraceRow): void => {
    const { span } = row;
    const given = parseJson(span.attributes[ATTR.toolArguments]);
    const result = unwrapResult(span.attributes[ATTR.toolResult]);
    const id = textOf(span, ATTR.toolCallId);
    const waiting = open.filter((one) => one.row === undefined && !one.isRemote && one.name === scope.name);
    const tool =
      (id === undefined ? undefined : open.find((one) => one.id === id)) ??
      waiting.find((one) => given !== undefined && stable(one.arguments) === stable(given)) ??
      waiting.find((one) => given === undefined || one.arguments === undefined);
    const inside = scope.hasTalk ? scope : undefined;
    if (tool === undefined || tool.row !== undefined) {
      const entry: OpenTool = {
        kind: "tool",
        name: scope.name,
        id,
        arguments: given,
        result,
        isRemote: false,
        askedBy: undefined,
        row,
        scope: inside,
      };
      entries.push(entry);
      // A result of it may still come with a message.
      if (id !== undefined && tool === undefined) open.push(entry);
      return;
    }
    tool.row = row;
    tool.scope = inside;
    tool.arguments ??= given;
    tool.result ??= result;
  };

  return { entries, call, run, hear };
}

/** The messages that an agent was given and gave, where its calls of models do not tell them. */
function ownMessages(row: TraceRow): { readonly asked: readonly Message[]; readonly said: readonly Message[] } {
  const asked = readMessages(row.span.attributes[ATTR.inputMessages], "user");
  const all = readMessages(row.span.attributes[ATTR.outputMessages], "assistant");
  return { asked, said: continueStrand([{ messages: asked }], all).fresh };
}

export function readThread({ row, calls, inner }: Scope): readonly Entry[] {
  const thread = createThread();
  const isTold = calls.some((one) => isTalk(one) && hasContent(one));
  const own = row === undefined || isTold ? undefined : ownMessages(row);
  if (row !== undefined) for (const message of own?.asked ?? []) thread.hear(message, row);
  const steps = [
    ...calls.map((one) => ({ atMs: one.startMs, order: 0, call: one, scope: undefined })),
    ...inner.map((scope) => ({ atMs: scope.row?.startMs ?? 0, order: 1, call: undefined, scope })),
  ].sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  for (const { call, scope } of steps) {
    if (call !== undefined) {
      if (isTalk(call)) thread.call(call);
      else thread.entries.push({ kind: "step", row: call });
    } else if (scope?.row !== undefined) {
      if (scope.kind === "tool") thread.run(scope, scope.row);
      else thread.entries.push({ kind: "agent", scope });
    }
  }
  if (row !== undefined) for (const message of own?.said ?? []) thread.hear(message, row);
  return thread.entries;
}

const textIn = (parts: readonly Part[]): string =>
  parts
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("\n")
    .trim();
const lastOf = (messages: readonly Message[], role: string): string | undefined =>
  messages
    .filter((message) => message.role === role)
    .map(({ parts }) => textIn(parts))
    .findLast((words) => words !== "");

/** The first question and the last answer: what it was about. It reads no more than it needs. */
export function gistOf(scope: Scope): { readonly question: string | undefined; readonly answer: string | undefined } {
  const calls: TraceRow[] = [];
  const runs: TraceRow[] = [];
  for (const open = [scope]; open.length > 0; ) {
    const at = open.pop() as Scope;
    calls.push(...at.calls.filter(isTalk));
    if (at.kind === "agent" && at.row !== undefined) runs.push(at.row);
    open.push(...at.inner);
  }
  const find = (rows: readonly TraceRow[], attribute: string, role: string): string | undefined => {
    for (const { span } of rows) {
      const found = lastOf(readMessages(span.attributes[attribute], role), role);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  calls.sort((a, b) => a.startMs - b.startMs);
  runs.sort((a, b) => a.startMs - b.startMs);
  const byEnd = (rows: readonly TraceRow[]): TraceRow[] => [...rows].sort((a, b) => b.endMs - a.endMs);
  return {
    question: find(calls, ATTR.inputMessages, "user") ?? find(runs, ATTR.inputMessages, "user"),
    answer: find(byEnd(calls), ATTR.outputMessages, "assistant") ?? find(byEnd(runs), ATTR.outputMessages, "assistant"),
  };
}
