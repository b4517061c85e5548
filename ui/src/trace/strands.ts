import type { Message, Part } from "./messages.ts";

/**
 * Every call of a model brings the whole history again. A strand is such a history; of the next call that goes on with it only what is new is said.
 * Histories are cut when they grow (docs/privacy.md), so a text and its beginning count as the same. Pure.
 */
export type Strand = { readonly messages: readonly Message[] };

/** How content ends that was cut. */
const CUT = /… \(\d+ characters\)$/;
/** More histories than any agent goes on with at a time. */
const MAX_STRANDS = 32;

function sameText(a: string, b: string): boolean {
  if (a === b) return true;
  const [isCutA, isCutB] = [CUT.test(a), CUT.test(b)];
  if (!isCutA && !isCutB) return a.trim() === b.trim();
  const [headA, headB] = [a.replace(CUT, ""), b.replace(CUT, "")];
  const length = Math.min(headA.length, headB.length);
  // What is shorter must be what was cut.
  if ((!isCutA && headA.length < headB.length) || (!isCutB && headB.length < headA.length)) return false;
  return headA.slice(0, length) === headB.slice(0, length);
}

const written = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function samePart(a: Part, b: Part): boolean {
  if (a.type === "tool_call" && b.type === "tool_call")
    return (
      a.name === b.name &&
      (a.id === undefined || b.id === undefined || a.id === b.id) &&
      sameText(written(a.arguments), written(b.arguments))
    );
  if (a.type === "tool_result" && b.type === "tool_result")
    return (
      (a.id === undefined || b.id === undefined || a.id === b.id) && sameText(written(a.result), written(b.result))
    );
  if (a.type === "text" && b.type === "text") return sameText(a.text, b.text);
  return a.type === b.type && written(a) === written(b);
}

/** Reasoning is not always sent back, nor is an empty text. */
const counted = ({ parts }: Message): readonly Part[] =>
  parts.filter((part) => part.type !== "reasoning" && !(part.type === "text" && part.text.trim() === ""));

export function sameMessage(a: Message, b: Message): boolean {
  if (a.role !== b.role) return false;
  const [left, right] = [counted(a), counted(b)];
  return left.length === right.length && left.every((part, at) => samePart(part, right[at] as Part));
}

/** How many messages both begin with. */
function sharedBeginning(history: readonly Message[], messages: readonly Message[]): number {
  const most = Math.min(history.length, messages.length);
  for (let at = 0; at < most; at++) if (!sameMessage(history[at] as Message, messages[at] as Message)) return at;
  return most;
}

/** Where messages go on after the end of a history of which the older part was dropped; 0 where they do not. */
function resumedAt(history: readonly Message[], messages: readonly Message[]): number {
  const last = history.at(-1);
  if (last === undefined) return 0;
  for (let at = messages.length - 1; at >= 0; at--) {
    if (!sameMessage(messages[at] as Message, last)) continue;
    const before = messages[at - 1];
    const lastBut = history.at(-2);
    // One message alone may be the same by chance.
    if (before !== undefined && lastBut !== undefined && sameMessage(before, lastBut)) return at + 1;
  }
  return 0;
}

export type Continued = {
  /** Messages that were not there before. */
  readonly fresh: readonly Message[];
  /** What it goes on with; undefined where it begins anew. */
  readonly strand: Strand | undefined;
  /** Some of the history is not sent any more. */
  readonly isShortened: boolean;
};

/** Finds the strand that a call goes on with: of several the one that shares the most, the latest of these. */
export function continueStrand(strands: readonly Strand[], messages: readonly Message[]): Continued {
  let best: { strand: Strand; shared: number } | undefined;
  for (const strand of strands.toReversed()) {
    const shared = sharedBeginning(strand.messages, messages);
    if (shared > 0 && (best === undefined || shared > best.shared)) best = { strand, shared };
  }
  if (
    best !== undefined &&
    (best.shared === best.strand.messages.length || best.shared === messages.length || best.shared > 1)
  )
    return { fresh: messages.slice(best.shared), strand: best.strand, isShortened: false };
  for (const strand of strands.toReversed()) {
    const at = resumedAt(strand.messages, messages);
    if (at > 0) return { fresh: messages.slice(at), strand, isShortened: true };
  }
  if (best !== undefined) return { fresh: messages.slice(best.shared), strand: best.strand, isShortened: false };
  return { fresh: messages, strand: undefined, isShortened: false };
}

/** The strands after a call: its history with its answer takes the place of the one that it went on with. */
export function extendStrands(
  strands: readonly Strand[],
  before: Strand | undefined,
  messages: readonly Message[],
): readonly Strand[] {
  const isExtended = before !== undefined && before.messages.length <= messages.length;
  return [...strands.filter((one) => one !== before || !isExtended), { messages }].slice(-MAX_STRANDS);
}
