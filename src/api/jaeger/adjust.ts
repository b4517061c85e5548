import { formatGoDuration } from "../../gotext/index.ts";
import type { JaegerSpan, Process, Reference } from "./span.ts";
import { sortTags, type Tag, textTag } from "./tags.ts";
import { spanBodyJson } from "./trace-json.ts";

const isKind = ({ tags }: JaegerSpan, kind: string): boolean =>
  tags.find(({ key }) => key === "span.kind")?.value === kind;

/** The parent within the trace: the first CHILD_OF, or else the first FOLLOWS_FROM. */
function parentOf({ traceId, references }: JaegerSpan): Reference | undefined {
  const inside = references.filter((reference) => reference.traceId === traceId);
  return inside.find(({ type }) => type === "CHILD_OF") ?? inside[0];
}

function replaceParent(span: JaegerSpan, spanId: string): void {
  const parent = parentOf(span);
  if (parent === undefined) span.references.unshift({ type: "CHILD_OF", traceId: span.traceId, spanId });
  else {
    const same = ({ traceId, spanId: id }: Reference): boolean => traceId === span.traceId && id === parent.spanId;
    const first = span.references.find(same);
    if (first !== undefined) first.spanId = spanId;
  }
}

function bySpanId(spans: readonly JaegerSpan[]): Map<string, JaegerSpan[]> {
  const groups = new Map<string, JaegerSpan[]>();
  for (const span of spans) {
    const group = groups.get(span.spanId);
    if (group === undefined) groups.set(span.spanId, [span]);
    else group.push(span);
  }
  return groups;
}

/** Whether two of the spans have the same id. */
export const shareIds = (spans: readonly { readonly spanId: string }[]): boolean =>
  new Set(spans.map(({ spanId }) => spanId)).size < spans.length;

/** Zipkin's clients and servers share the id of a span; the server's gets one of its own, below the client's. */
function separateSharedIds(spans: readonly JaegerSpan[]): void {
  const groups = bySpanId(spans);
  const renamed = new Map<string, string>();
  let next = 0n;
  const unused = (): string => {
    do next += 1n;
    while (groups.has(next.toString(16).padStart(16, "0")));
    return next.toString(16).padStart(16, "0");
  };
  for (const span of spans) {
    const group = groups.get(span.spanId) ?? [];
    if (group.length < 2 || !isKind(span, "server") || !group.some((one) => isKind(one, "client"))) continue;
    const [shared, own] = [span.spanId, unused()];
    renamed.set(shared, own);
    replaceParent(span, shared);
    span.spanId = own;
  }
  for (const span of spans) {
    const own = renamed.get(parentOf(span)?.spanId ?? "");
    if (own !== undefined && own !== span.spanId) replaceParent(span, own);
  }
}

function sortFields({ logs }: JaegerSpan): void {
  for (const { fields } of logs) {
    const at = fields.findIndex(({ key, type }) => key === "event" && type === "string");
    const event = at < 0 ? [] : fields.splice(at, 1);
    fields.splice(0, fields.length, ...event, ...sortTags([...fields]));
  }
}

/** A span that was delivered twice is shown once. */
function withoutCopies(spans: readonly JaegerSpan[]): JaegerSpan[] {
  const groups = bySpanId(spans);
  const seen = new Set<string>();
  return spans.filter((span) => {
    if (groups.get(span.spanId)?.length === 1) return true;
    const body = spanBodyJson(span, JSON.stringify(span.process));
    if (seen.has(body)) return false;
    seen.add(body);
    return true;
  });
}

const ipText = (value: number): string => [24, 16, 8, 0].map((shift) => (Math.trunc(value) >>> shift) & 0xff).join(".");

function hostOf({ tags }: Process): string {
  const ip = tags.find(({ key }) => key === "ip");
  if (ip?.type === "string") return String(ip.value);
  return ip?.type === "int64" ? ipText(Number(ip.value)) : "";
}

/** What would have to be added to a child's times so that it lies within its parent. */
function skewOf(child: JaegerSpan, parent: JaegerSpan): bigint {
  if (child.durationNs > parent.durationNs) {
    return child.startNs < parent.startNs ? parent.startNs - child.startNs : 0n;
  }
  const endsInside = child.startNs + child.durationNs <= parent.startNs + parent.durationNs;
  if (child.startNs >= parent.startNs && endsInside) return 0n;
  return parent.startNs + (parent.durationNs - child.durationNs) / 2n - child.startNs;
}

type Node = { readonly span: JaegerSpan; readonly host: string; readonly children: Node[] };

function treesOf(spans: readonly JaegerSpan[]): Node[] {
  const nodes = new Map<string, Node>();
  for (const span of spans) {
    if (nodes.has(span.spanId)) span.warnings.push("duplicate span IDs; skipping clock skew adjustment");
    else nodes.set(span.spanId, { span, host: hostOf(span.process), children: [] });
  }
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parentId = parentOf(node.span)?.spanId;
    const parent = parentId === undefined ? undefined : nodes.get(parentId);
    if (parent !== undefined) parent.children.push(node);
    else {
      roots.push(node);
      if (parentId === undefined) continue;
      node.span.warnings.push(`invalid parent span IDs=${parentId}; skipping clock skew adjustment`);
    }
  }
  return roots;
}

/** Jaeger adjusts no clocks by default, but says where it would. Walks with a list of its own: traces may be deep. */
function warnOfSkew(spans: readonly JaegerSpan[]): void {
  type Step = { readonly node: Node; readonly parent?: Node; readonly host: string; readonly delta: bigint };
  const steps: Step[] = treesOf(spans).map((node) => ({ node, host: node.host, delta: 0n }));
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { node, parent } = step;
    let { host, delta } = step;
    if (parent !== undefined && (node.host !== host || node.host === "")) {
      host = node.host;
      delta = skewOf(node.span, parent.span);
    }
    if (delta !== 0n) {
      node.span.warnings.push(
        `clock skew adjustment disabled; not applying calculated delta of ${formatGoDuration(delta)}`,
      );
    }
    for (const child of node.children) steps.push({ node: child, parent: node, host, delta });
  }
}

const IP_KEYS = new Set(["ip", "peer.ipv4"]);

const readableIp = (tag: Tag): Tag =>
  IP_KEYS.has(tag.key) && typeof tag.value === "number" ? textTag(tag.key, ipText(tag.value)) : tag;

const LIBRARY_KEYS = new Set([
  "telemetry.sdk.language",
  "telemetry.sdk.name",
  "telemetry.sdk.version",
  "telemetry.distro.name",
  "telemetry.distro.version",
]);

const isOfLibrary = ({ key }: Tag): boolean => LIBRARY_KEYS.has(key);

function adjustTags(span: JaegerSpan): void {
  const library = span.tags.filter(isOfLibrary);
  const own = library.length === 0 ? span.tags : span.tags.filter((tag) => !isOfLibrary(tag));
  span.tags = own.some(({ key }) => IP_KEYS.has(key)) ? own.map(readableIp) : own;
  const { service, tags } = span.process;
  if (library.length > 0) span.process = { service, tags: sortTags([...tags, ...library.map(readableIp)]) };
}

/** Many spans share a process: each is adjusted once. */
function adjustProcesses(spans: readonly JaegerSpan[]): void {
  const adjusted = new Map<Process, Process>();
  for (const span of spans) {
    const { process } = span;
    const known = adjusted.get(process);
    span.process = known ?? { service: process.service, tags: sortTags(process.tags.map(readableIp)) };
    if (known === undefined) adjusted.set(process, span.process);
  }
}

const NO_TRACE = /^0*$/;

function adjustReferences({ traceId, references, warnings }: JaegerSpan): void {
  for (let index = references.length - 1; index >= 0; index -= 1) {
    if (!NO_TRACE.test(references[index]?.traceId ?? "")) continue;
    references.splice(index, 1);
    warnings.push("Invalid span reference removed");
  }
  const inside = (reference: Reference): boolean => reference.traceId === traceId;
  const child = references.findIndex((reference) => inside(reference) && reference.type === "CHILD_OF");
  const at = child >= 0 ? child : references.findIndex(inside);
  const [first, parent] = [references[0], references[at]];
  if (at > 0 && first !== undefined && parent !== undefined) {
    references[0] = parent;
    references[at] = first;
  }
}

/** The same to some spans of a trace: without what only all of them tell, as are warnings of parents that are not there. */
export function adjustSpans(spans: readonly JaegerSpan[]): readonly JaegerSpan[] {
  adjustProcesses(spans);
  for (const span of spans) {
    sortTags(span.tags);
    sortFields(span);
    adjustTags(span);
    adjustReferences(span);
  }
  return spans;
}

/** What Jaeger's query service does to a trace before it shows it, with the settings it has by default. */
export function adjustTrace(given: readonly JaegerSpan[]): JaegerSpan[] {
  const isShared = shareIds(given);
  if (isShared) separateSharedIds(given);
  adjustProcesses(given);
  for (const span of given) {
    sortTags(span.tags);
    sortFields(span);
  }
  const spans = isShared ? withoutCopies(given) : [...given];
  warnOfSkew(spans);
  for (const span of spans) {
    adjustTags(span);
    adjustReferences(span);
  }
  return spans;
}
