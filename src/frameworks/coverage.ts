import { isSupported, LIBRARIES, type Library } from "./libraries.ts";

/**
 * `observed`: it was seen at work. `found`: it was loaded and has not been called. `loaded_before`: it was there before the hooks were, which
 * therefore do not reach it. `unsupported_version`: hooks for its version are not known to work.
 */
export type LibraryStatus = "observed" | "found" | "loaded_before" | "unsupported_version";
export type Covered = {
  readonly library: string;
  /** Empty where it cannot be known. */
  readonly version: string;
  readonly status: LibraryStatus;
};

/** Keeps account of which known libraries the program uses and whether they are observed. */
export type Coverage = {
  /** A package was loaded; `version` is asked for once. */
  readonly loaded: (packageName: string, version: () => string | undefined) => void;
  readonly loadedBefore: (packageName: string, version: () => string | undefined) => void;
  /** A call to a model that names its sender. */
  readonly called: (userAgent: string) => void;
  /** A span of a framework or of an OpenTelemetry instrumentation. */
  readonly spanned: (frameworkOrScope: string) => void;
  readonly all: () => readonly Covered[];
};

export type CoverageOptions = {
  /** Told of each new status; `previous` is the one it takes the place of. */
  readonly onChange: (covered: Covered, previous: LibraryStatus | undefined) => void;
};

const BY_PACKAGE: ReadonlyMap<string, Library> = new Map(LIBRARIES.map((one) => [one.packageName, one]));
const BY_SPAN = Map.groupBy(
  LIBRARIES.filter(({ framework, scope }) => (framework ?? scope) !== undefined),
  ({ framework, scope }) => framework ?? scope ?? "",
);
/** A program that makes up its user agent must not grow the memory for ever. */
const MAX_USER_AGENTS = 200;

export function createCoverage({ onChange }: CoverageOptions): Coverage {
  const covered = new Map<string, Covered>();
  const keyOf = (library: string, version: string): string => `${library} ${version}`;
  const known = new Set<string>();

  const put = (library: string, version: string, status: LibraryStatus): void => {
    const key = keyOf(library, version);
    const before = covered.get(key);
    // Who was seen at work is observed, whatever was expected of it.
    if (before?.status === status || before?.status === "observed") return;
    const now = { library, version, status };
    covered.set(key, now);
    onChange(now, before?.status);
  };
  const find = (packageName: string, version: string | undefined, status: LibraryStatus): void => {
    const library = BY_PACKAGE.get(packageName);
    if (library === undefined) return;
    const fits = isSupported(library, version);
    put(packageName, version ?? "", fits ? status : "unsupported_version");
  };
  const observe = (packageName: string, version: string | undefined): void => {
    // Of several versions that were loaded, it is not known which one is at work, unless it says so itself.
    const loaded = [...covered.values()].filter((one) => one.library === packageName);
    const versions = version === undefined ? loaded.map((one) => one.version) : [version];
    for (const one of versions.length === 0 ? [""] : versions) put(packageName, one, "observed");
  };
  const once = (packageName: string, version: () => string | undefined, status: LibraryStatus): void => {
    if (BY_PACKAGE.has(packageName)) find(packageName, version(), status);
  };
  return {
    loaded: (packageName, version) => once(packageName, version, "found"),
    loadedBefore: (packageName, version) => {
      // What is seen on the wire is seen whenever it was loaded.
      once(packageName, version, BY_PACKAGE.get(packageName)?.seenBy === "wire" ? "found" : "loaded_before");
    },
    called: (userAgent) => {
      if (known.has(userAgent) || known.size >= MAX_USER_AGENTS) return;
      known.add(userAgent);
      for (const { packageName, userAgent: pattern } of LIBRARIES) {
        const match = pattern?.exec(userAgent);
        if (match) observe(packageName, match[1]);
      }
    },
    spanned: (frameworkOrScope) => {
      if (known.has(frameworkOrScope)) return;
      const libraries = BY_SPAN.get(frameworkOrScope) ?? [];
      const loaded = libraries.filter(({ packageName }) =>
        [...covered.values()].some(({ library }) => library === packageName),
      );
      for (const { packageName } of loaded.length > 0 ? loaded : libraries) observe(packageName, undefined);
      if (known.size < MAX_USER_AGENTS) known.add(frameworkOrScope);
    },
    all: () => [...covered.values()],
  };
}
