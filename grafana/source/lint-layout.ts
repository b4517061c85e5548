import { type LintedDashboard, queryPanels, type Report } from "./lint-model.ts";

const GRID_WIDTH = 24;

export function lintIdentity(dashboard: LintedDashboard, report: Report): void {
  if (!/^ao-[a-z-]+$/.test(dashboard.uid ?? "")) report("uid", `uid "${dashboard.uid}" does not begin with ao-`);
  if (!dashboard.description) report("description", "the dashboard has no description");
  if (dashboard.editable !== false) report("editable", "the dashboard is editable: changes would be lost");
}

export function lintTexts(dashboard: LintedDashboard, report: Report): void {
  for (const panel of queryPanels(dashboard)) {
    if (!panel.title) report("title", "has no title", panel);
    if (!panel.description) report("description", "has no description", panel);
    if (!panel.targets?.length) report("targets", "asks nothing", panel);
  }
}

export function lintPanelIds(dashboard: LintedDashboard, report: Report): void {
  const seen = new Set<number | undefined>();
  for (const panel of dashboard.panels ?? []) {
    if (panel.id === undefined || seen.has(panel.id))
      report("panel-id", `id ${panel.id} is missing or not unique`, panel);
    seen.add(panel.id);
  }
}

export function lintLayout(dashboard: LintedDashboard, report: Report): void {
  const placed = (dashboard.panels ?? []).flatMap((panel) => (panel.gridPos ? [{ panel, at: panel.gridPos }] : []));
  for (const [index, { panel, at }] of placed.entries()) {
    if (at.x + at.w > GRID_WIDTH) report("overlap", "reaches over the right edge", panel);
    for (const { panel: other, at: there } of placed.slice(0, index)) {
      const apart =
        at.x + at.w <= there.x || there.x + there.w <= at.x || at.y + at.h <= there.y || there.y + there.h <= at.y;
      if (!apart) report("overlap", `overlaps "${other.title}"`, panel);
    }
  }
}
