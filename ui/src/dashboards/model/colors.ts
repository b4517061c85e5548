/** Grafana's names of colors, as ours: those of states read well in both themes, the rest are as they are written. */

const NAMED: Readonly<Record<string, string>> = {
  green: "var(--ok)",
  yellow: "var(--warn)",
  orange: "var(--series-2)",
  red: "var(--bad)",
  blue: "var(--info)",
  purple: "var(--series-3)",
  text: "var(--text)",
  white: "var(--text)",
  black: "var(--text)",
  gray: "var(--text-3)",
  grey: "var(--text-3)",
  transparent: "transparent",
};
const SERIES = 8;

/** A CSS color. What is neither a name of Grafana's nor a plain color of CSS is the color of text: nothing else gets into a style. */
export function cssColor(name: string | undefined): string | undefined {
  if (name === undefined || name === "") return undefined;
  const base = name.replace(/^(super-light|semi-dark|light|dark)-/, "");
  if (Object.hasOwn(NAMED, base)) return NAMED[base];
  return /^#[0-9a-f]{3,8}$/i.test(name) || /^rgba?\([\d\s.,%/]+\)$/i.test(name) ? name : "var(--text)";
}

export const seriesColor = (index: number): string => `var(--series-${(index % SERIES) + 1})`;

/** States that a color stands for, in words: color alone tells nobody who does not see it. */
export function wordOf(name: string | undefined): string | undefined {
  const base = name?.replace(/^(super-light|semi-dark|light|dark)-/, "");
  if (base === "red") return "critical";
  if (base === "yellow" || base === "orange") return "warning";
  return undefined;
}
