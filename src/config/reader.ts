import type { Kind } from "./kinds.ts";
import type { Origin, ProblemList } from "./problems.ts";
import { SETTINGS, type SettingName, type ValueOf } from "./settings.ts";
import type { FileValues } from "./yaml-file.ts";

/** A value that is set, and where. */
export type Setting<T> = { readonly value: T; readonly origin: Origin };

export type Reader = {
  /** The value of the first variable that has a valid one. */
  readonly env: <N extends SettingName>(name: N) => Setting<ValueOf<N>> | undefined;
  /** The valid values of all variables, the first in precedence first. */
  readonly envAll: <N extends SettingName>(name: N) => readonly Setting<ValueOf<N>>[];
  readonly file: <N extends SettingName>(name: N) => Setting<ValueOf<N>> | undefined;
  /** Environment over file over `fallback`; says what is used in place of what is no value. */
  readonly resolve: <N extends SettingName, D>(name: N, fallback: D) => ValueOf<N> | D;
  /** Says of every invalid value of the setting so far that `used` is used instead. */
  readonly settle: (name: SettingName, used: unknown) => void;
};

type Rejected = { readonly origin: Origin; readonly received: string };

export function createReader(env: NodeJS.ProcessEnv, fileValues: () => FileValues, problems: ProblemList): Reader {
  const rejected = new Map<SettingName, Rejected[]>();
  const seen = new Set<string>();
  const reject = (name: SettingName, origin: Origin, value: unknown): void => {
    const kind: Kind<unknown> = SETTINGS[name].kind;
    // One mistake is said once, however often the setting is asked for.
    if (seen.has(origin.key)) return;
    seen.add(origin.key);
    rejected.set(name, [...(rejected.get(name) ?? []), { origin, received: problems.show(value, kind.secret) }]);
  };
  const hint = (name: SettingName, origin: Origin, written: string): void => {
    const kind: Kind<unknown> = SETTINGS[name].kind;
    const used = kind.adjusted?.(written);
    if (used === undefined || seen.has(origin.key)) return;
    seen.add(origin.key);
    problems.add(
      "AO_CONFIG_ADJUSTED",
      origin,
      `expected ${kind.expected}, got ${problems.show(written)}; using ${problems.show(used).slice(1, -1)}.`,
    );
  };

  const envAll = <N extends SettingName>(name: N): readonly Setting<ValueOf<N>>[] => {
    const kind = SETTINGS[name].kind as Kind<ValueOf<N>>;
    const found: Setting<ValueOf<N>>[] = [];
    for (const variable of SETTINGS[name].env) {
      const written = env[variable];
      // The OpenTelemetry specification: an empty variable is one that is not set.
      if (written === undefined || written.trim() === "") continue;
      const origin = { key: variable };
      const value = kind.fromText(written);
      if (value === undefined) {
        reject(name, origin, written);
      } else {
        hint(name, origin, written);
        found.push({ value, origin });
      }
    }
    return found;
  };
  const file = <N extends SettingName>(name: N): Setting<ValueOf<N>> | undefined => {
    const found = fileValues().get(name);
    if (found === undefined) return undefined;
    if (!found.valid) {
      reject(name, found.origin, found.value);
      return undefined;
    }
    if (typeof found.value === "string") hint(name, found.origin, found.value);
    return {
      value: (SETTINGS[name].kind as Kind<ValueOf<N>>).fromYaml(found.value) as ValueOf<N>,
      origin: found.origin,
    };
  };
  const settle = (name: SettingName, used: unknown): void => {
    const kind: Kind<unknown> = SETTINGS[name].kind;
    const shown = kind.secret === true ? "none" : used === undefined || used === "" ? "nothing" : problems.show(used);
    for (const { origin, received } of rejected.get(name) ?? []) {
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
      const value = (envAll(name)[0] ?? file(name))?.value ?? fallback;
      // Even where the environment wins, a mistake in the file is one.
      file(name);
      settle(name, value);
      return value;
    },
  };
}
