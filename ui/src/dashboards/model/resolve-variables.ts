import { formatInterval, parseInterval, roundInterval } from "./interval.ts";
import { interpolate, mentioned, type VariableValue, type VariableValues } from "./template.ts";
import { ALL, type Choice, type Variable } from "./variable.ts";

/** What can be chosen, and what is: of all variables of a board in the order in which they depend on each other. */

export type ResolvedVariable = {
  readonly variable: Variable;
  readonly choices: readonly Choice[];
  readonly value: VariableValue;
};
export type AskChoices = (
  variable: Variable,
  lookUp: (name: string) => VariableValue | undefined,
) => Promise<readonly string[]>;

/** `a, b : c, d\,e` */
export const customChoices = (query: string): readonly Choice[] =>
  [...query.matchAll(/(?:\\,|[^,])+/g)]
    .map(([part]) => part.replaceAll("\\,", ",").trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, text, value] = /^(.+?)\s:\s(.+)$/.exec(part) ?? [];
      return text === undefined || value === undefined ? { text: part, value: part } : { text, value };
    });

/** A pattern of a variable, `/…/flags` or plain. Undefined where it is none that can be run. */
function patternOf(regex: string): RegExp | undefined {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? [undefined, `^${regex}$`, ""];
  try {
    return new RegExp(source ?? "", (flags ?? "").replaceAll("g", ""));
  } catch {
    return undefined;
  }
}

/** Groups `text` and `value`, or the first group, or all of it; what does not match is left out. */
export function filterByRegex(values: readonly string[], regex: string): readonly Choice[] {
  const pattern = regex === "" ? undefined : patternOf(regex);
  const seen = new Set<string>();
  return values.flatMap((value): Choice[] => {
    const match = pattern === undefined ? undefined : pattern.exec(value);
    if (match === null) return [];
    const { text, value: named } = match?.groups ?? {};
    const chosen = named ?? text ?? match?.[1] ?? match?.[0] ?? value;
    if (seen.has(chosen)) return [];
    seen.add(chosen);
    return [{ value: chosen, text: text ?? chosen }];
  });
}

const numberIn = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? -1);
export function sortChoices(choices: readonly Choice[], sort: number): readonly Choice[] {
  if (sort < 1 || sort > 8) return choices;
  const by = [
    (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0),
    (a: string, b: string) => numberIn(a) - numberIn(b),
    (a: string, b: string) => a.toLowerCase().localeCompare(b.toLowerCase()),
    (a: string, b: string) => a.localeCompare(b, undefined, { numeric: true }),
  ][Math.ceil(sort / 2) - 1];
  const sorted = by === undefined ? [...choices] : [...choices].sort((a, b) => by(a.text, b.text));
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}

export type Resolving = {
  readonly variables: readonly Variable[];
  /** `var-x` of the URL. */
  readonly chosen: ReadonlyMap<string, readonly string[]>;
  readonly startMs: number;
  readonly endMs: number;
  readonly ask: AskChoices;
};

async function choicesOf(
  variable: Variable,
  lookUp: (name: string) => VariableValue | undefined,
  resolving: Resolving,
): Promise<readonly Choice[]> {
  const { type, query, choices } = variable;
  if (type === "query") {
    return sortChoices(
      filterByRegex(await resolving.ask(variable, lookUp), interpolate(variable.regex, lookUp)),
      variable.sort,
    );
  }
  if (type === "custom") return query === "" ? choices : customChoices(query);
  if (type === "interval") {
    const written = query
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== "")
      .map((one) => ({ text: one, value: one }));
    return variable.auto === undefined ? written : [{ text: "auto", value: "auto" }, ...written];
  }
  // There is one of each kind here, whatever it is called elsewhere.
  if (type === "datasource") return [{ text: query, value: query }];
  return [{ text: query, value: query }];
}

/** `auto` of an interval variable: the range by a number of steps. */
const autoInterval = ({ auto }: Variable, { startMs, endMs }: Resolving): string =>
  formatInterval(
    Math.max(roundInterval((endMs - startMs) / (auto?.count ?? 30)), parseInterval(auto?.min ?? "10s") ?? 10_000),
  );

function chosenValue(variable: Variable, choices: readonly Choice[], resolving: Resolving): VariableValue {
  const { name, type, isMulti, includesAll, allValue } = variable;
  const isPattern = isMulti || includesAll;
  const inUrl = resolving.chosen.get(name)?.filter((value) => value !== "");
  const textFor = (value: string): string => choices.find((one) => one.value === value)?.text ?? value;
  const of = (values: readonly string[], chosen = values): VariableValue => ({
    name,
    values: values.map((value) =>
      type === "interval" && value === "auto" ? autoInterval(variable, resolving) : value,
    ),
    texts: values.map(textFor),
    isPattern,
    chosen,
  });
  if (type === "datasource") return of([variable.query]);
  if (type === "constant") return of([variable.query]);
  if (type === "textbox")
    return { ...of(inUrl ?? (variable.current.length > 0 ? variable.current : [variable.query])) };
  const asked = inUrl ?? variable.current;
  if (includesAll && (asked.includes(ALL) || asked.includes("All") || (asked.length === 0 && isMulti))) {
    if (allValue !== undefined) {
      return { name, values: [allValue], texts: ["All"], isPattern, isWritten: true, chosen: [ALL] };
    }
    return {
      ...of(
        choices.map(({ value }) => value),
        [ALL],
      ),
      texts: ["All"],
    };
  }
  const known = new Set(choices.map(({ value }) => value));
  // What a URL names is asked for even where it has no data now; what the file names has to be there.
  const kept = inUrl === undefined ? asked.filter((value) => known.has(value)) : asked;
  const first = choices[0]?.value;
  const values = kept.length > 0 ? kept : first === undefined ? [] : [first];
  return of(isMulti ? values : values.slice(0, 1));
}

/** Each after those that its query mentions; of those that mention each other the first comes first. */
export function inOrder(variables: readonly Variable[]): readonly Variable[] {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const done = new Set<Variable>();
  const place = (variable: Variable, above: readonly Variable[]): void => {
    if (done.has(variable) || above.includes(variable)) return;
    for (const name of mentioned(`${variable.query} ${variable.regex} ${JSON.stringify(variable.queryMembers)}`)) {
      const needed = byName.get(name);
      if (needed !== undefined) place(needed, [...above, variable]);
    }
    done.add(variable);
  };
  for (const variable of variables) place(variable, []);
  return [...done];
}

/** In the order of the board. One query that fails fails all: a board about the wrong things would be worse. */
export async function resolveVariables(resolving: Resolving): Promise<readonly ResolvedVariable[]> {
  const values = new Map<string, VariableValue>();
  const resolved = new Map<string, ResolvedVariable>();
  const lookUp = (name: string): VariableValue | undefined => values.get(name);
  for (const variable of inOrder(resolving.variables)) {
    const choices = await choicesOf(variable, lookUp, resolving);
    const value = chosenValue(variable, choices, resolving);
    values.set(variable.name, value);
    resolved.set(variable.name, { variable, choices, value });
  }
  return resolving.variables.flatMap(({ name }) => resolved.get(name) ?? []);
}

export const valuesOf = (resolved: readonly ResolvedVariable[]): VariableValues =>
  new Map(resolved.map(({ value }) => [value.name, value]));

/** `a + b` */
export const shownText = ({ texts }: VariableValue): string => (texts.length === 0 ? "none" : texts.join(" + "));
