import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "node:test";

const SRC = resolve(import.meta.dirname, "../../src");

/** Which rooms a room may use. A room that is not listed here does not exist. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  // kernel
  base: [],
  model: [],
  // pure: data in, data out
  errors: ["base", "model"],
  genai: ["model"],
  cost: ["base", "genai", "model"],
  redaction: ["base"],
  // adapters: the light side, which the preload loads
  config: ["base", "budgets", "errors", "redaction"],
  metrics: ["base", "model"],
  budgets: ["base", "cost", "metrics", "model"],
  wire: ["base", "genai", "model"],
  frameworks: ["base", "errors", "model"],
  telemetry: ["base", "config", "cost", "errors", "genai", "metrics", "model", "redaction"],
  agents: ["budgets", "errors", "genai", "model", "telemetry"],
  records: ["agents", "base", "metrics", "model", "telemetry"],
  tracking: ["base", "errors", "metrics", "model", "telemetry"],
  retry: ["base", "errors", "model", "records", "telemetry"],
  health: ["base", "model", "redaction", "telemetry"],
  runtime: ["base", "metrics"],
  logging: ["base", "model", "redaction", "telemetry"],
  web: ["base", "model", "telemetry"],
  // the one that puts all of them together in the program
  program: [
    "base",
    "budgets",
    "config",
    "cost",
    "frameworks",
    "health",
    "metrics",
    "model",
    "redaction",
    "runtime",
    "telemetry",
    "tracking",
    "wire",
  ],
  // the heavy side, which the preload never reaches: pure rooms first
  gotext: [],
  re2: [],
  signals: ["re2"],
  template: ["gotext", "re2"],
  promql: ["gotext", "re2", "signals"],
  logql: ["gotext", "re2", "signals", "template"],
  ingest: ["base", "errors", "genai", "gotext", "model", "redaction", "signals"],
  enrich: ["base", "cost", "errors", "genai", "ingest", "metrics", "model", "redaction", "signals"],
  totals: ["model"],
  // then what holds state or speaks to the world
  store: ["base", "signals"],
  rules: ["base", "gotext", "promql", "re2", "signals", "template"],
  api: ["base", "gotext", "logql", "promql", "re2", "rules", "signals", "totals"],
  receive: ["base", "ingest"],
  observatory: [
    "api",
    "base",
    "config",
    "cost",
    "enrich",
    "errors",
    "gotext",
    "ingest",
    "metrics",
    "model",
    "promql",
    "receive",
    "redaction",
    "rules",
    "signals",
    "store",
    "version.ts",
  ],
  backends: ["base", "model", "totals"],
  explain: ["backends", "base", "errors", "model"],
  cli: [
    "backends",
    "base",
    "config",
    "errors",
    "explain",
    "frameworks",
    "ingest",
    "model",
    "observatory",
    "promql",
    "rules",
    "telemetry",
    "version.ts",
  ],
};
const HEAVY = [
  "gotext",
  "re2",
  "signals",
  "template",
  "promql",
  "logql",
  "ingest",
  "enrich",
  "totals",
  "store",
  "rules",
  "api",
  "receive",
  "observatory",
  "backends",
  "explain",
  "cli",
];
const ENTRIES = ["index.ts", "register.ts", "version.ts"];

/** Libraries that one room wraps, so that they can be replaced in one place. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  "prom-client": ["metrics"],
  winston: ["logging"],
  yaml: ["config", "rules"],
  zod: ["config"],
  "@pydantic/genai-prices": ["cost"],
  "@opentelemetry/sdk-trace": ["telemetry"],
  "@opentelemetry/context-async-hooks": ["telemetry"],
  re2js: ["re2"],
  "@prometheus-io/lezer-promql": ["promql"],
  "node:sqlite": ["store"],
  "node:worker_threads": ["base", "observatory", "telemetry"],
  "@grpc/grpc-js": ["receive"],
  ws: ["observatory"],
  "p-retry": ["retry"],
};

type Import = { readonly from: string; readonly specifier: string; readonly typeOnly: boolean };

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const roomOf = (file: string): string => file.split("/", 1)[0] ?? "";

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s(type\s)?[^;]*?from\s+"([^"]+)"/gms)) {
    found.push({ from: file, specifier: match[2] ?? "", typeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(
    /(?:import|require)\(\s*"([^"]+)"\s*\)|createRequire\([^)]*\)\(\s*"([^"]+)"\s*\)/g,
  )) {
    found.push({ from: file, specifier: match[1] ?? match[2] ?? "", typeOnly: false });
  }
  return found;
}

const all = files.flatMap(importsOf);
const targetOf = ({ from, specifier }: Import): string => relative(SRC, resolve(SRC, dirname(from), specifier));
const internal = all.filter(({ specifier }) => specifier.startsWith("."));

describe("the import graph", () => {
  it("has only rooms that the table knows, and the table only rooms that exist", () => {
    const rooms = new Set(files.filter((file) => file.includes("/")).map(roomOf));
    assert.deepEqual(
      [...rooms].filter((room) => MAY_USE[room] === undefined),
      [],
    );
    assert.deepEqual(files.filter((file) => !file.includes("/")).toSorted(), ENTRIES.toSorted());
  });

  it("goes only the ways that the table allows, and enters a room by its index.ts", () => {
    const wrong = internal.flatMap((one) => {
      const target = targetOf(one);
      const [here, there] = [roomOf(one.from), roomOf(target)];
      if (here === there || ENTRIES.includes(one.from)) {
        const entersInside = here !== there && target.includes("/") && target !== `${there}/index.ts`;
        return entersInside ? [`${one.from} → ${target} (not by its index.ts)`] : [];
      }
      if (MAY_USE[here]?.includes(there) !== true) return [`${one.from} → ${target} (not allowed)`];
      return target === `${there}/index.ts` || target === there
        ? []
        : [`${one.from} → ${target} (not by its index.ts)`];
    });
    assert.deepEqual(wrong, []);
  });

  it("has no cycles between files", () => {
    const edges = new Map<string, string[]>();
    for (const one of internal.filter(({ typeOnly }) => !typeOnly)) {
      edges.set(one.from, [...(edges.get(one.from) ?? []), targetOf(one)]);
    }
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) assert.fail(`cycle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it("never leads from the preload or the public entry to the heavy side", () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const one of internal) if (one.from === file && !one.typeOnly) visit(targetOf(one));
    };
    visit("register.ts");
    visit("index.ts");
    assert.deepEqual(
      [...reached].filter((file) => HEAVY.includes(roomOf(file))),
      [],
    );
    assert.ok(reached.size > 30, "the walk follows imports at all");
  });

  it("lets only its owner touch a library", () => {
    const wrong = all.filter(({ from, specifier, typeOnly }) => {
      const owners = Object.entries(OWNERS).find(
        ([name]) => specifier === name || specifier.startsWith(`${name}/`),
      )?.[1];
      return owners !== undefined && !typeOnly && !owners.includes(roomOf(from));
    });
    assert.deepEqual(
      wrong.map(({ from, specifier }) => `${from} → ${specifier}`),
      [],
    );
  });

  it("reads the environment, the wall clock and the exit only where they are owned", () => {
    const owners: readonly (readonly [pattern: RegExp, files: readonly string[]])[] = [
      [/process\.env\b/, ["register.ts", "telemetry/exit.ts", "telemetry/propagation/environment.ts"]],
      [/Date\.now\(\)|new Date\(\)|performance\.timeOrigin/, ["base/clock.ts"]],
      [
        /process\.(exit\(|kill\()|process\.on\(/,
        ["telemetry/exit.ts", "telemetry/exit-signals.ts", "telemetry/report.ts", "tracking/uncaught.ts"],
      ],
    ];
    const wrong = files.flatMap((file) =>
      owners
        .filter(
          ([pattern, allowed]) =>
            !allowed.includes(file) && !file.startsWith("cli/") && pattern.test(readFileSync(join(SRC, file), "utf8")),
        )
        .map(([pattern]) => `${file} uses ${pattern}`),
    );
    assert.deepEqual(wrong, []);
  });
});
