import { ATTR } from "../../src/model/index.ts";
import { type LintedDashboard, type LintedTarget, queryPanels, type Report } from "./lint-model.ts";

/** What Jaeger itself makes of a span's status, kind and scope. */
const JAEGER_TAGS = ["error", "span.kind", "otel.status_code", "otel.status_description", "otel.scope.name"];
const TAGS: ReadonlySet<string> = new Set([...Object.values(ATTR), ...JAEGER_TAGS]);
/** As Grafana's Jaeger search reads them: logfmt, so that a value with spaces stands in quotes. */
const PAIR = /([\w.]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)/y;

/** Tags of a search by their names, or what is wrong with them. */
export function parseTags(tags: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  let at = 0;
  while (at < tags.length) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(tags);
    if (match === null) return undefined;
    pairs.set(match[1] ?? "", match[2] ?? "");
    at = PAIR.lastIndex;
    if (at < tags.length && tags[at] !== " ") return undefined;
    while (tags[at] === " ") at += 1;
  }
  return pairs;
}

/** Problems of one search for traces. */
export function lintSearch({ queryType, service = "", tags = "" }: LintedTarget): string[] {
  // Without a query type Jaeger's data source shows one trace by its id.
  if (queryType !== "search") return [`asks for "${queryType}" and not for traces`];
  const problems: string[] = [];
  if (!/^\$(?:\w+|\{\w+\})$/.test(service)) problems.push(`searches the service "${service}", which is no variable`);
  const pairs = parseTags(tags);
  if (pairs === undefined) problems.push(`has tags that are no key=value pairs: ${tags}`);
  for (const tag of pairs?.keys() ?? [])
    if (!TAGS.has(tag)) problems.push(`searches the tag ${tag}, which no span has`);
  return problems;
}

export function lintSearches(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    for (const target of panel.targets ?? []) {
      if (target.datasource?.type !== "jaeger") continue;
      for (const message of lintSearch(target)) report("traces", message, panel);
    }
  }
}
