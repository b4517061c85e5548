import type { Labels } from "../../../../src/backends/index.ts";

/** A query of a runbook names what it is about by `<label>`; the alert's labels say what that is. */
export type FilledQuery = {
  readonly text: string;
  /** Labels that the alert does not have: their conditions were left open. */
  readonly open: readonly string[];
};

const PLACEHOLDER = /<([a-z_][a-z0-9_ ]*)>/gi;
/** A condition that is nothing but one placeholder: `tool="<tool>"`. */
const CONDITION = /([a-zA-Z_][\w.]*)\s*(=~|=)\s*"<([a-z_][a-z0-9_ ]*)>"/gi;

const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);
const quotedPattern = (value: string): string => escaped(value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
const labelOf = (name: string): string => name.trim().toLowerCase().replaceAll(" ", "_");

/** Loki wants at least one condition that asks for something. */
const ANY = { promql: ".*", logql: ".+" } as const;

export function fillQuery(query: string, labels: Labels, language: keyof typeof ANY): FilledQuery {
  const open = new Set<string>();
  const conditioned = query.replace(CONDITION, (_, label: string, operator: string, name: string) => {
    const value = labels[labelOf(name)];
    if (value !== undefined) return `${label}${operator}"${operator === "=~" ? quotedPattern(value) : escaped(value)}"`;
    open.add(labelOf(name));
    return `${label}=~"${ANY[language]}"`;
  });
  const text = conditioned.replace(PLACEHOLDER, (all, name: string) => {
    const value = labels[labelOf(name)];
    if (value !== undefined) return escaped(value);
    open.add(labelOf(name));
    return all;
  });
  return { text, open: [...open] };
}

/** Whether it can be asked: what is still in angle brackets would be no query. */
export const isComplete = ({ text }: FilledQuery): boolean => text.match(PLACEHOLDER) === null;

/** The runbook that a rule links, as the page serves it; undefined for one that is elsewhere. */
export function runbookPath(url: string | undefined): string | undefined {
  const [, name] = /\/user\/runbooks\/([A-Za-z0-9_-]+)\.md$/.exec(url ?? "") ?? [];
  return name === undefined ? undefined : `/user/runbooks/${name}.md`;
}

/** A path of this page with its parameters; undefined for an address of somewhere else, or one whose template nobody filled in. */
export function dashboardLink(
  url: string | undefined,
): { readonly to: string; readonly params: Readonly<Record<string, string>> } | undefined {
  if (url === undefined || !/^\/d\/[\w-]+(?:\?|$)/.test(url)) return undefined;
  const [path = "", query = ""] = url.split("?");
  const params = [...new URLSearchParams(query)].filter(([, value]) => value !== "" && !value.includes("{{"));
  return { to: path, params: Object.fromEntries(params) };
}

/** Whether a line goes on with the query before it. */
const CONTINUES =
  /^(?:\s|[)\]}+\-*/%^<>=!|,]|(?:and|or|unless|by|without|on|ignoring|group_left|group_right|offset|bool)\b)/i;
const IS_OPEN = /(?:[([{,+\-*/%^<>=|]|\b(?:and|or|unless|by|without|on|ignoring|offset|bool))\s*$/i;

/** Blocks hold one query, or several below each other. */
export function splitQueries(block: string): readonly string[] {
  const queries: string[] = [];
  for (const line of block.split("\n")) {
    const before = queries.at(-1);
    if (line.trim() === "") continue;
    if (before !== undefined && (CONTINUES.test(line) || IS_OPEN.test(before) || depthOf(before) > 0))
      queries[queries.length - 1] = `${before}\n${line}`;
    else queries.push(line);
  }
  return queries;
}

function depthOf(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, "");
  return (bare.match(/[([{]/g) ?? []).length - (bare.match(/[)\]}]/g) ?? []).length;
}

/** The runbook's own words with what the alert is about; what it does not say stays as it is written. */
export const fillWords = (text: string, labels: Labels): string =>
  text.replace(PLACEHOLDER, (all, name: string) => labels[labelOf(name)] ?? all);
