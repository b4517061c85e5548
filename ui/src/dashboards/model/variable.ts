import { filledTextOf, listOf, type Members, membersOf, numberOf, textOf, textsOf } from "./json.ts";

/** A template variable of a dashboard as it is written; `resolve-variables.ts` finds its choices and values. */

export type Choice = { readonly text: string; readonly value: string };
export const ALL = "$__all";

export type Variable = {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: string;
  /** Label and value, label alone, nothing. */
  readonly hide: "nothing" | "label" | "variable";
  readonly isMulti: boolean;
  readonly includesAll: boolean;
  readonly allValue: string | undefined;
  readonly regex: string;
  /** As Grafana numbers them: 0 as they come, 1 and 2 by text, 3 and 4 by number, 5 and 6 whatever the case, 7 and 8 natural; even is down. */
  readonly sort: number;
  /** Of `query`, `custom`, `interval`, `datasource`, `constant`, `textbox`. */
  readonly query: string;
  /** Of a Loki query: type, label, stream. */
  readonly queryMembers: Members;
  readonly datasource: { readonly type?: string | undefined; readonly uid?: string | undefined };
  readonly current: readonly string[];
  readonly choices: readonly Choice[];
  readonly auto: { readonly count: number; readonly min: string } | undefined;
};

const HIDDEN = ["nothing", "label", "variable"] as const;

/** The query of a `label_values(…)`: newer files have it in an object. */
function queryOf(query: unknown, definition: unknown): string {
  if (typeof query === "string") return query;
  return filledTextOf(membersOf(query)["query"]) ?? filledTextOf(membersOf(query)["expr"]) ?? textOf(definition) ?? "";
}

const valuesOf = (value: unknown): readonly string[] => (typeof value === "string" ? [value] : textsOf(value));

export function readVariable(given: unknown): readonly Variable[] {
  const variable = membersOf(given);
  const name = filledTextOf(variable["name"]);
  if (name === undefined) return [];
  const datasource = variable["datasource"];
  const { type, uid } = membersOf(datasource);
  const count = numberOf(variable["auto_count"]) ?? 30;
  return [
    {
      name,
      label: filledTextOf(variable["label"]) ?? name,
      description: textOf(variable["description"]) ?? "",
      type: textOf(variable["type"]) ?? "custom",
      hide: HIDDEN[numberOf(variable["hide"]) ?? 0] ?? "nothing",
      isMulti: variable["multi"] === true,
      includesAll: variable["includeAll"] === true,
      allValue: filledTextOf(variable["allValue"]),
      regex: textOf(variable["regex"]) ?? "",
      sort: numberOf(variable["sort"]) ?? 0,
      query: queryOf(variable["query"], variable["definition"]),
      queryMembers: membersOf(variable["query"]),
      datasource: typeof datasource === "string" ? { uid: datasource } : { type: textOf(type), uid: textOf(uid) },
      current: valuesOf(membersOf(variable["current"])["value"]),
      choices: listOf(variable["options"])
        .map(membersOf)
        .flatMap(({ text, value }) => {
          const shown = textOf(text) ?? textOf(value);
          return shown === undefined || value === ALL ? [] : [{ text: shown, value: textOf(value) ?? shown }];
        }),
      auto: variable["auto"] === true ? { count, min: textOf(variable["auto_min"]) ?? "10s" } : undefined,
    },
  ];
}
