import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import type { Node, Pair, Document as YamlDocument } from "yaml";
import type { Kind } from "./kinds.ts";
import { nearest } from "./near.ts";
import type { Origin, ProblemList } from "./problems.ts";
import { fileSettings, type Table } from "./settings.ts";

/**
 * The one place that knows YAML and zod. Both load only when there is a file: together they cost more than everything else that
 * reads the configuration.
 */
type Libraries = typeof import("./yaml-libraries.ts");
type Path = readonly (string | number)[];

/** A value of the file, or what was found in its place. */
export type FileValue = { readonly origin: Origin; readonly value: unknown; readonly valid: boolean };
export type FileValues = ReadonlyMap<string, FileValue>;

/** Everything that can stand at the top of the file. What reads one section leaves the others alone. */
export const SECTIONS = ["telemetry", "embedded"] as const;
export type Section = { readonly name: (typeof SECTIONS)[number]; readonly table: Table };

const NONE: FileValues = new Map();
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Sections whose settings tell a number from a text of digits. All others read both, and `007` or `1.10` may be the name of a version. */
const TYPED = new Set(["budgets", "prices", "errors"]);
/** Each round repairs at least one key, so this is more than any file written by hand needs. */
const MAX_ROUNDS = 100;

type Schema = { [key: string]: Schema | Kind<unknown> };

function schemaTree(table: Table): Schema {
  const tree: Schema = {};
  for (const name of fileSettings(table)) {
    const path = name.split(".");
    const leaf = path.pop() as string;
    let at = tree;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Schema;
    }
    at[leaf] = (table[name] as Table[string]).kind;
  }
  return tree;
}

const isKind = (node: Schema | Kind<unknown>): node is Kind<unknown> => typeof node.fromYaml === "function";

function zodSchema(libraries: Libraries, tree: Schema): ReturnType<Libraries["strictObject"]> {
  const shape: Record<string, ReturnType<Libraries["optional"]>> = {};
  for (const [key, node] of Object.entries(tree)) {
    // `key:` without a value is how YAML writes "not set".
    const inner = isKind(node)
      ? libraries.custom((value) => value === null || node.fromYaml(value) !== undefined)
      : libraries.nullable(zodSchema(libraries, node));
    shape[key] = libraries.optional(inner);
  }
  return libraries.strictObject(shape) as ReturnType<Libraries["strictObject"]>;
}

/** What may stand at a path, for the reader: the keys of a section. */
function keysAt(tree: Schema, path: Path): readonly string[] {
  let at: Schema | Kind<unknown> | undefined = tree;
  for (const part of path) at = at === undefined || isKind(at) ? undefined : at[part];
  return at === undefined || isKind(at) ? [] : Object.keys(at);
}

type Locate = (path: Path, ofKey: boolean) => number | undefined;

function createLocator(libraries: Libraries, document: YamlDocument, lineOf: (offset: number) => number): Locate {
  return (path, ofKey) => {
    let node: unknown = document.contents;
    let key: unknown;
    for (const part of path) {
      if (libraries.isMap(node)) {
        const pair = node.items.find(
          (item) => String(libraries.isScalar(item.key) ? item.key.value : item.key) === String(part),
        );
        key = pair?.key;
        node = pair?.value;
      } else if (libraries.isSeq(node)) {
        node = node.items[Number(part)];
        key = node;
      } else {
        break;
      }
    }
    const offset = ((ofKey ? key : (node ?? key)) as Node | undefined)?.range?.[0];
    return offset === undefined ? undefined : lineOf(offset);
  };
}

/** What a reference without quotes stands for. */
function plainValue(text: string, typed: boolean): unknown {
  if (/^null$/i.test(text)) return null;
  if (typed && /^(?:true|false)$/i.test(text)) return /^true$/i.test(text);
  return typed && NUMBER.test(text) ? Number(text) : text;
}

/** Puts the environment's values in place of references. A member whose variable is not set is removed. */
function resolveReferences(
  libraries: Libraries,
  document: YamlDocument,
  env: NodeJS.ProcessEnv,
  onMissing: (variable: string, offset: number, keys: readonly string[]) => void,
): void {
  libraries.visit(document, {
    Scalar: (key, node, ancestors) => {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return undefined;
      let missing: string | undefined;
      const resolved = node.value.replace(
        REFERENCE,
        (whole, variable: string | undefined, fallback: string | undefined) => {
          if (variable === undefined) return "${";
          const value = env[variable];
          if (value !== undefined && value !== "") return value;
          if (fallback === undefined) missing ??= variable;
          return fallback ?? whole;
        },
      );
      const keys = ancestors.filter((one): one is Pair => libraries.isPair(one)).map((pair) => String(pair.key));
      if (missing !== undefined) {
        onMissing(missing, node.range?.[0] ?? 0, keys);
        // An empty value counts as not set.
        node.value = null;
      } else {
        node.value = node.type === "PLAIN" ? plainValue(resolved, TYPED.has(keys[1] ?? "")) : resolved;
      }
      return undefined;
    },
  });
}

function settingAt(names: readonly string[], path: Path): string | undefined {
  for (let length = path.length; length > 1; length--) {
    const name = path.slice(1, length).join(".");
    if (names.includes(name)) return name;
  }
  return undefined;
}

function valueAt(root: unknown, path: Path): unknown {
  let at = root;
  for (const part of path)
    at = typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[part] : undefined;
  return at;
}

function removeAt(root: unknown, path: Path): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (typeof parent === "object" && parent !== null)
    delete (parent as Record<string | number, unknown>)[path.at(-1) as string];
}

function readText(file: string, named: boolean, problems: ProblemList): string | undefined {
  const origin = { key: named ? "AGENT_OBSERVATORY_CONFIG" : basename(file) };
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    if (named)
      problems.add(
        "AO_CONFIG_FILE",
        origin,
        `expected the path of a file, got ${problems.show(file)}, which does not exist; no file is used.`,
      );
    return undefined;
  }
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    problems.add(
      "AO_CONFIG_FILE",
      origin,
      `expected a readable file, got ${reason} for ${problems.show(file)}; the file is ignored.`,
    );
    return undefined;
  }
}

/** A section that somebody else reads: anything is right. */
const OTHERS: Kind<unknown> = { expected: "a section", fromText: (text) => text, fromYaml: (value) => value };

function readValues(
  text: string,
  file: string,
  { name: section, table }: Section,
  env: NodeJS.ProcessEnv,
  problems: ProblemList,
): FileValues {
  const libraries = createRequire(import.meta.url)("#library/yaml") as Libraries;
  const lines = new libraries.LineCounter();
  const document = libraries.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const [broken] = document.errors;
  if (broken !== undefined) {
    const reason = problems.show(broken.message.replace(/\.$/, "")).slice(1, -1);
    problems.add(
      "AO_CONFIG_SYNTAX",
      { key: "YAML", file, line: lineOf(broken.pos[0]) },
      `expected valid YAML, got a mistake here (${reason}); the whole file is ignored.`,
    );
    return NONE;
  }
  resolveReferences(libraries, document, env, (variable, offset, keys) => {
    if (keys[0] !== section && SECTIONS.some((one) => one === keys[0])) return;
    const origin = { key: keys.join("."), file, line: lineOf(offset) };
    problems.add(
      "AO_CONFIG_REFERENCE",
      origin,
      `expected the environment variable ${variable} to be set, got nothing; the key is ignored.`,
    );
  });
  const root = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (root === null || root === undefined) return NONE;

  const names = fileSettings(table);
  const tree: Schema = Object.fromEntries(SECTIONS.map((one) => [one, one === section ? schemaTree(table) : OTHERS]));
  const schema = zodSchema(libraries, tree);
  const locate = createLocator(libraries, document, lineOf);
  const at = (path: Path, ofKey: boolean): Origin => {
    const line = locate(path, ofKey);
    return { key: path.join(".") || "the file", file, ...(line !== undefined && { line }) };
  };
  const values = new Map<string, FileValue>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const parsed = schema.safeParse(root);
    if (parsed.success) break;
    for (const issue of parsed.error.issues) {
      const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
      if (issue.code === "unrecognized_keys") {
        const known = keysAt(tree, path);
        for (const key of issue.keys) {
          const meant = nearest(key, known);
          const expected = meant === undefined ? `one of ${known.join(", ")}` : `${meant}`;
          const shown = problems.show(key);
          problems.add(
            "AO_CONFIG_KEY",
            at([...path, key], true),
            `expected ${expected}, got the unknown key ${shown}; it is ignored.`,
          );
          removeAt(root, [...path, key]);
        }
        continue;
      }
      const name = settingAt(names, path);
      if (name !== undefined) {
        values.set(name, { origin: at(path, false), value: valueAt(root, path), valid: false });
      } else {
        const got = problems.show(valueAt(root, path));
        const keys = keysAt(tree, path).join(", ");
        problems.add(
          "AO_CONFIG_VALUE",
          at(path, false),
          `expected a section with keys such as ${keys}, got ${got}; it is ignored.`,
        );
        if (path.length === 0) return NONE;
      }
      removeAt(root, path);
    }
  }
  for (const name of names) {
    const path = [section, ...name.split(".")];
    const value = valueAt(root, path);
    if (value !== undefined && value !== null && value !== "")
      values.set(name, { origin: at(path, false), value, valid: true });
  }
  return values;
}

/** Reads a section of observatory.yaml, or of the file that is named. What is wrong with it becomes problems; what is right is used. */
export function readConfigFile(
  section: Section,
  named: string | undefined,
  cwd: string,
  env: NodeJS.ProcessEnv,
  problems: ProblemList,
): FileValues {
  const file = resolve(cwd, named ?? "observatory.yaml");
  const text = readText(file, named !== undefined, problems);
  if (text === undefined) return NONE;
  const shown = named ?? "observatory.yaml";
  try {
    return readValues(text, shown, section, env, problems);
  } catch (error) {
    const reason = problems.show(error instanceof Error ? error.message : String(error)).slice(1, -1);
    problems.add(
      "AO_CONFIG_SYNTAX",
      { key: "YAML", file: shown },
      `expected a file that can be read, got "${reason}"; the whole file is ignored.`,
    );
    return NONE;
  }
}
