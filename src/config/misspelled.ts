import { nearest } from "./near.ts";
import type { ProblemList } from "./problems.ts";
import type { SettingRow } from "./settings.ts";

/** Tells of variables of ours that are nearly ones that exist: they were meant to be those. */
export function findMisspelled(env: NodeJS.ProcessEnv, rows: readonly SettingRow[], problems: ProblemList): void {
  const known = new Set<string>(rows.flatMap((row) => row.env));
  for (const variable of Object.keys(env)) {
    if (!/^(?:AGENT_OBSERVATORY|TRACING)_/.test(variable) || known.has(variable)) continue;
    const meant = nearest(variable, known);
    if (meant !== undefined) {
      problems.add(
        "AO_CONFIG_ADJUSTED",
        { key: variable },
        `expected ${meant}, got a name that nothing reads; it is ignored.`,
      );
    }
  }
}
