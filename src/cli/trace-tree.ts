import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";

/** A span as the tree shows it. */
export type ReceivedSpan = {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
  readonly statusMessage: string | undefined;
};

/** How text is made bold, dim or red; each returns its text unchanged where there are no colours. */
export type Paint = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
};

/** Colours for a terminal that has them. NO_COLOR (no-color.org) switches them off. */
export function paintFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const colored = stream.isTTY === true && (env["NO_COLOR"] ?? "") === "";
  const code = (start: number, end: number) => (text: string) =>
    colored ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return { bold: code(1, 22), dim: code(2, 22), red: code(31, 39) };
}

type Branch = { readonly span: ReceivedSpan; readonly children: Branch[] };

function growTree(spans: readonly ReceivedSpan[]): Branch[] {
  const branches = new Map(spans.map((span) => [span.spanId, { span, children: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branch.span.parentSpanId === undefined ? undefined : branches.get(branch.span.parentSpanId);
    (parent?.children ?? roots).push(branch);
  }
  const byStart = (a: Branch, b: Branch): number => a.span.startMs - b.span.startMs;
  for (const { children } of branches.values()) children.sort(byStart);
  return roots.sort(byStart);
}

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

export function formatDuration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** Enough digits for the price of one call: prices of a thousandth of a cent are common. */
export const formatUsd = (usd: number): string =>
  `$${usd === 0 ? "0" : usd < 0.01 ? usd.toPrecision(3) : usd.toFixed(4)}`;

function usageOf(span: ReceivedSpan): string[] {
  const { attributes } = span;
  if (!INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]))) return [];
  const input = number(attributes[ATTR.inputTokens]);
  const output = number(attributes[ATTR.outputTokens]);
  const cached = number(attributes[ATTR.cacheReadTokens]) ?? 0;
  const reasoning = number(attributes[ATTR.reasoningTokens]) ?? 0;
  const cost = number(attributes[ATTR.costUsd]);
  const details = [cached > 0 ? `${cached} cached` : "", reasoning > 0 ? `${reasoning} reasoning` : ""].filter(Boolean);
  return [
    input === undefined && output === undefined
      ? "no usage"
      : `${input ?? 0} → ${output ?? 0} tokens${details.length > 0 ? ` (${details.join(", ")})` : ""}`,
    ...(cost === undefined ? [] : [formatUsd(cost)]),
    ...(number(attributes[ATTR.retryCount]) === undefined ? [] : [`retry ${attributes[ATTR.retryCount]}`]),
    ...(attributes[ATTR.streamOutcome] === undefined ? [] : [String(attributes[ATTR.streamOutcome])]),
  ];
}

function renderSpan(span: ReceivedSpan, paint: Paint): string {
  const facts = [formatDuration(span.endMs - span.startMs), ...usageOf(span)];
  const category = span.attributes[ATTR.errorCategory] ?? span.attributes[ATTR.errorType] ?? "error";
  const failure = span.failed ? ` ${paint.red(`✗ ${category}: ${(span.statusMessage ?? "").split("\n", 1)[0]}`)}` : "";
  const operation = String(span.attributes[ATTR.operation] ?? "");
  const strong = operation === OPERATION.invokeAgent || operation === OPERATION.invokeWorkflow;
  return `${strong ? paint.bold(span.name) : span.name}  ${paint.dim(facts.join(" · "))}${failure}`;
}

function renderBranch(branch: Branch, indent: string, last: boolean, paint: Paint, lines: string[]): void {
  lines.push(`${indent}${last ? "└─ " : "├─ "}${renderSpan(branch.span, paint)}`);
  for (const [index, child] of branch.children.entries()) {
    renderBranch(child, `${indent}${last ? "   " : "│  "}`, index === branch.children.length - 1, paint, lines);
  }
}

/** Draws the spans of one trace as a tree with duration, tokens, cost and errors in place. Spans whose parent is missing stand as roots. */
export function renderTrace(traceId: string, spans: readonly ReceivedSpan[], paint: Paint): string {
  const lines = [paint.dim(`trace ${traceId} (${spans.length} spans)`)];
  const roots = growTree(spans);
  for (const [index, root] of roots.entries()) renderBranch(root, "", index === roots.length - 1, paint, lines);
  return lines.join("\n");
}
