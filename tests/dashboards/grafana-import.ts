/**
 * Plays the part of Grafana that an imported dashboard meets: it chooses a data source for each variable of that type as Grafana does (by the
 * saved value, else by the saved text, else the first of the type by name) and puts its uid in wherever the variable stands.
 */
export type Source = { readonly name: string; readonly uid: string; readonly type: string };

type Variable = {
  readonly name: string;
  readonly type: string;
  readonly query?: unknown;
  readonly current?: { readonly value?: unknown; readonly text?: unknown };
};
export type BoardJson = {
  readonly uid: string;
  readonly id?: unknown;
  readonly panels: readonly { readonly title?: string }[];
  readonly templating: { readonly list: readonly Variable[] };
};

export type Imported = {
  readonly board: BoardJson;
  /** The chosen data sources by the names of their variables; undefined where this Grafana has none of the type. */
  readonly chosen: ReadonlyMap<string, Source | undefined>;
};

function choose({ query, current = {} }: Variable, sources: readonly Source[]): Source | undefined {
  const options = sources.filter(({ type }) => type === query).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    options.find(({ uid }) => uid === current.value) ?? options.find(({ name }) => name === current.text) ?? options[0]
  );
}

/** `selected` is what a user or a link chose, by the variable's name. */
export function importBoard(
  text: string,
  sources: readonly Source[],
  selected: Readonly<Record<string, string>> = {},
): Imported {
  const saved = JSON.parse(text) as BoardJson;
  const variables = saved.templating.list.filter(({ type }) => type === "datasource");
  const chosen = new Map(
    variables.map((variable) => {
      const value = selected[variable.name] ?? variable.current?.value;
      return [variable.name, choose({ ...variable, current: { ...variable.current, value } }, sources)];
    }),
  );
  const filled = text.replaceAll(/\$\{(\w+)\}/g, (written, name: string) => chosen.get(name)?.uid ?? written);
  return { board: JSON.parse(filled) as BoardJson, chosen };
}

export type Reference = { readonly type: string | undefined; readonly uid: string };

/** Every data source that a board asks, from its panels and variables and out of its links to Explore. */
export function* referencesIn(value: unknown): Iterable<Reference> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "datasource" && typeof member === "object" && member !== null && "uid" in member) {
      yield member as Reference;
    } else if (key === "datasource" && typeof member === "string") {
      yield { type: undefined, uid: member };
    } else if (key === "url" && typeof member === "string" && member.startsWith("/explore?")) {
      yield* referencesIn(JSON.parse(panesOf(member)));
    } else yield* referencesIn(member);
  }
}

/** What the clicked value is does not matter: anything stands for it. */
const panesOf = (url: string): string =>
  (new URLSearchParams(url.slice(url.indexOf("?"))).get("panes") ?? "").replaceAll(/\$\{[^}]*\}/g, "x");
