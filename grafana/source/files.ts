import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** File names and contents of grafana/dashboards. */
export const renderDashboards = (dashboards: readonly Dashboard[]): Map<string, string> =>
  new Map(dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]));

/** Where the committed files are not what the source renders. */
export function findDrift(rendered: ReadonlyMap<string, string>, committed: ReadonlyMap<string, string>): string[] {
  const changed = [...rendered].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name);
  const left = [...committed.keys()].filter((name) => !rendered.has(name));
  return [
    ...changed.map((name) => `${name} is not what grafana/source renders: run npm run dashboards [drift]`),
    ...left.map((name) => `${name} has no source: run npm run dashboards [drift]`),
  ];
}
