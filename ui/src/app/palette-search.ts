/** What the palette shows for a text. Pure. */
import type { Item } from "./palette-item.ts";

const TRACE_ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i;
const SHOWN = 50;

/**
 * How well a title fits: the letters in their order, better at the beginnings of words and side by side. 0 where it does not.
 */
export function fit(title: string, wanted: string): number {
  const text = title.toLowerCase();
  const letters = wanted.toLowerCase();
  if (letters === "") return 1;
  const whole = text.indexOf(letters);
  if (whole !== -1) return 1000 - Math.min(whole, 500) - Math.min(text.length, 400) + (isStart(text, whole) ? 500 : 0);
  if (initialsOf(title).startsWith(letters)) return 900;
  let [at, score, run] = [-1, 1, 0];
  for (const letter of letters) {
    if (letter === " ") continue;
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return 0;
    run = next === at + 1 ? run + 1 : 0;
    score += isStart(text, next) ? 8 : run * 3;
    at = next;
  }
  // Letters strewn over a long text are no find.
  return score >= letters.length * 3 ? score : 0;
}

/** `aer` of AgentErrorRate and of agent-error_rate. */
const initialsOf = (title: string): string =>
  Array.from(title.slice(0, 200).matchAll(/(?<![A-Za-z0-9])[A-Za-z0-9]|(?<=[a-z0-9])[A-Z]/g), ([letter]) => letter)
    .join("")
    .toLowerCase();

const isStart = (text: string, at: number): boolean => at === 0 || /[\s_\-./:]/.test(text[at - 1] ?? "");

/** Where a text itself leads: a trace by its id, or searches for it. */
export function leadsOf(wanted: string): readonly Item[] {
  const text = wanted.trim();
  if (text === "") return [];
  if (TRACE_ID.test(text)) return [{ kind: "Trace", title: text.toLowerCase(), to: `/trace/${text.toLowerCase()}` }];
  return [
    { kind: "Search", title: `Traces with “${text}”`, to: "/traces", params: { text } },
    {
      kind: "Search",
      title: `Logs with “${text}”`,
      to: "/logs",
      params: { query: `{service_name=~".+"} |= ${quoted(text)}` },
    },
  ];
}

/** As LogQL writes texts. */
const quoted = (text: string): string => JSON.stringify(text);

/** The best first; of equals those of the kind that came first. A title is told from another of its kind by where it leads. */
export function search(items: readonly Item[], wanted: string): readonly Item[] {
  const text = wanted.trim();
  const fitting = items
    .map((item) => ({ item, score: Math.max(fit(item.title, text), fit(`${item.kind} ${item.title}`, text) - 1) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ item }) => item);
  const leads = leadsOf(text);
  return leads[0]?.kind === "Trace" ? [...leads, ...fitting] : [...fitting, ...leads];
}
