import type { LintedPanel } from "./lint-model.ts";

type Names = Readonly<Record<string, string>>;

/** What the fields of a table are called: by their names before. */
export function renames(panel: LintedPanel): Names {
  const organize = panel.transformations?.find(({ id }) => id === "organize");
  return (organize?.options?.["renameByName"] ?? {}) as Names;
}

/** Fields of a table that are not shown. */
export function hidden(panel: LintedPanel): ReadonlySet<string> {
  const organize = panel.transformations?.find(({ id }) => id === "organize");
  const excluded = (organize?.options?.["excludeByName"] ?? {}) as Readonly<Record<string, boolean>>;
  return new Set(Object.keys(excluded).filter((name) => excluded[name]));
}

/** The title of the column that a query fills. */
export function columnOf(panel: LintedPanel, refId: string): string | undefined {
  const names = renames(panel);
  return names[`Value #${refId}`] ?? (panel.targets?.length === 1 ? names["Value"] : undefined);
}

/** What an override says of one column. */
export function propertiesOf(panel: LintedPanel, column: string): ReadonlyMap<string | undefined, unknown> {
  const overrides = panel.fieldConfig?.overrides ?? [];
  const own = overrides.filter(({ matcher }) => matcher?.id === "byName" && matcher.options === column);
  return new Map(own.flatMap(({ properties = [] }) => properties.map(({ id, value }) => [id, value] as const)));
}
