import type { Kind } from "./kinds.ts";
import type { Origin, ProblemList } from "./problems.ts";
import type { SETTINGS, Table } from "./settings.ts";
import type { FileValues } from "./yaml-file.ts";

/** A value that is set, and where. */
export type Setting<T> = { readonly value: T; readonly origin: Origin };

type NameOf<T extends Table> = keyof T & string;
type ValueOf<T extends Table, N extends NameOf<T>> = T[N]["kind"] extends Kind<infer V> ? V : never;

/** Reads the settings of one table. */
export type TableReader<T extends Table> = {
  /** The value of the first variable that has a valid one. */
  readonly env: <N extends NameOf<T>>(name: N) => Setting<ValueOf<T, N>> | undefined;
  /** The valid values of all variables, the first in precedence first. */
  readonly envAll: <N extends NameOf<T>>(name: N) => readonly Setting<ValueOf<T, N>>[];
  readonly file: <N extends NameOf<T>>(name: N) => Setting<ValueOf<T, N>> | undefined;
  /** The command line over the environment over the file over `fallback`; says what is used in place of what is no value. */
  readonly resolve: <N extends NameOf<T>, D>(name: N, fallback: D) => ValueOf<T, N> | D;
  /** Says of every invalid value of the setting so far that `used` is used instead. */
  readonly settle: (name: NameOf<T>, used: unknown) => void;
};
export type Reader = TableReader<typeof SETTINGS>;

/** Where settings are written. Flags by their names, without dashes. */
export type Sources = {
  readonly flags?: Readonly<Record<string, string | undefined>>;
  readonly env: NodeJS.ProcessEnv;
  readonly fileValues: () => FileValues;
};

type Rejected = { readonly origin: Origin; readonly received: string };

export function createReader<const T extends Table>(
  table: T,
  { flags, env, fileValues }: Sources,
  problems: ProblemList,
): TableReader<T> {
  type Name = NameOf<T>;
  const rejected = new Map<Name, Rejected[]>();
  const seen = new Set<string>();
  const rowOf = (name: Name): Table[string] => table[name] as Table[string];
  const reject = (name: Name, origin: Origin, value: unknown): void => {
    const { kind } = rowOf(name);
    // One mistake is said once, however often the setting is asked for.
    if (seen.has(origin.key)) return;
    seen.add(origin.key);
    rejected.set(name, [...(rejected.get(name) ?? []), { origin, received: problems.show(value, kind.secret) }]);
  };
  const hint = (name: Name, origin: Origin, written: string): void => {
    const { kind } = rowOf(name);
    const used = kind.adjusted?.(written);
    if (used === undefined || seen.has(origin.key)) return;
    seen.add(origin.key);
    problems.add(
      "AO_CONFIG_ADJUSTED",
      origin,
      `expected ${kind.expected}, got ${problems.show(written)}; using ${problems.show(used).slice(1, -1)}.`,
    );
  };

  const read = <N extends Name>(name: N, origin: Origin, written: string): Setting<ValueOf<T, N>> | undefined => {
    const value = rowOf(name).kind.fromText(written) as ValueOf<T, N> | undefined;
    if (value === undefined) {
      reject(name, origin, written);
      return undefined;
    }
    hint(name, origin, written);
    return { value, origin };
  };
  const flag = <N extends Name>(name: N): Setting<ValueOf<T, N>> | undefined => {
    const option = rowOf(name).flag;
    const written = option === undefined ? undefined : flags?.[option];
    return written === undefined ? undefined : read(name, { key: `--${option}` }, written);
  };
  const envAll = <N extends Name>(name: N): readonly Setting<ValueOf<T, N>>[] =>
    rowOf(name).env.flatMap((variable) => {
      const written = env[variable];
      // The OpenTelemetry specification: an empty variable is one that is not set.
      if (written === undefined || written.trim() === "") return [];
      return read(name, { key: variable }, written) ?? [];
    });
  const file = <N extends Name>(name: N): Setting<ValueOf<T, N>> | undefined => {
    const found = fileValues().get(name);
    if (found === undefined) return undefined;
    if (!found.valid) {
      reject(name, found.origin, found.value);
      return undefined;
    }
    if (typeof found.value === "string") hint(name, found.origin, found.value);
    return { value: rowOf(name).kind.fromYaml(found.value) as ValueOf<T, N>, origin: found.origin };
  };
  const settle = (name: Name, used: unknown): void => {
    const refused = rejected.get(name);
    // Most are as they should be, and to show a value loads what finds secrets in it.
    if (refused === undefined) return;
    const { kind } = rowOf(name);
    const shown = kind.secret === true ? "none" : used === undefined || used === "" ? "nothing" : problems.show(used);
    for (const { origin, received } of refused) {
      problems.add("AO_CONFIG_VALUE", origin, `expected ${kind.expected}, got ${received}; using ${shown} instead.`);
    }
    rejected.delete(name);
  };
  return {
    env: (name) => envAll(name)[0],
    envAll,
    file,
    settle,
    resolve: (name, fallback) => {
      // Even where another source wins, a mistake is one.
      const found = [flag(name), envAll(name)[0], file(name)];
      const value = found.find((setting) => setting !== undefined)?.value ?? fallback;
      settle(name, value);
      return value;
    },
  };
}
