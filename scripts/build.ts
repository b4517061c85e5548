/**
 * Builds dist/: declarations by TypeScript, code by esbuild. What runs in the user's program is bundled: loaded file by file from
 * node_modules it costs twice the start-up time (docs/benchmarks.md). So is what few programs use, each in files that only they load: nothing
 * else is to be installed. @opentelemetry/api as well: all copies of it meet in one global place. winston is not: the program shares it.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { writePriceTable } from "./price-table.ts";

const BUNDLED = [
  "@grpc/grpc-js",
  "@lezer/common",
  "@lezer/highlight",
  "@lezer/lr",
  "@opentelemetry/api",
  "@opentelemetry/context-async-hooks",
  "@opentelemetry/core",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace",
  "@prometheus-io/lezer-promql",
  "is-network-error",
  "p-retry",
  "prom-client",
  "re2js",
  "ws",
  "yaml",
  "zod",
];

/** Libraries that are loaded by the name `#library/…` when something asks for them: each is a file of its own, and what they share another. */
const LIBRARIES = {
  ...Object.fromEntries(
    ["amqplib", "express", "ioredis", "kafkajs", "koa", "mongodb", "mysql2", "pg", "redis"].map((name) => [
      `library/instrumentation-${name}`,
      `@opentelemetry/instrumentation-${name}`,
    ]),
  ),
  "library/yaml": "src/config/yaml-libraries.ts",
};

/** What bundled packages load only for something that we do not use, or where it is there. */
const LEFT_OUT = ["@grpc/proto-loader", "bufferutil", "utf-8-validate"];

rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json", "--emitDeclarationOnly"], {
  stdio: "inherit",
});
if (status !== 0) process.exit(1);

const result = await build({
  entryPoints: {
    index: "src/index.ts",
    register: "src/register.ts",
    "cli/main": "src/cli/main.ts",
    "explain/index": "src/explain/index.ts",
    "observatory/ingest-thread": "src/observatory/ingest-thread.ts",
    "observatory/query-thread": "src/observatory/query-thread.ts",
    "telemetry/delivery/exit-sender": "src/telemetry/delivery/exit-sender.ts",
    ...LIBRARIES,
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // ES modules, of which what nobody uses is left out: of @opentelemetry/semantic-conventions 10 MB.
  mainFields: ["module", "main"],
  // Names stay readable: whoever debugs their program steps through this.
  minifySyntax: true,
  metafile: true,
  banner: {
    // prom-client, ws and grpc-js are CommonJS and ask for Node's own modules by require.
    js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
  },
  plugins: [
    {
      // `import` reads every export of a module of Node, and some of these load more when they are read: of node:http undici, 14 MB that nobody
      // uses here. This way only what is used is read.
      name: "builtins-without-reading-them",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /^node:/ }, ({ path, kind }) =>
          kind === "import-statement" ? { path, namespace: "builtin" } : { path, external: true },
        );
        // An object that inherits them instead of having them: what has them is copied member by member, which reads some in copying.
        onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
          contents: `const builtin = process.getBuiltinModule(${JSON.stringify(path)});
            module.exports = typeof builtin === "function" ? builtin : Object.create(builtin);`,
        }));
      },
    },
    {
      name: "external-unless-bundled",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
          const inside = BUNDLED.some((name) => path === name || path.startsWith(`${name}/`));
          // What a bundled package asks for comes along, but for the API.
          const fromBundled =
            importer.includes("node_modules") && !LEFT_OUT.includes(path) && !path.startsWith("node:");
          return kind === "entry-point" || inside || fromBundled ? undefined : { path, external: true };
        });
      },
    },
  ],
  logLevel: "warning",
});

/** Not bundled: what is kept of its data is written. */
const PRICES = "@pydantic/genai-prices";
await writePriceTable("dist/cost/prices.json");

/** The licences of what is bundled travel with it, each text once. */
function collectLicences(inputs: readonly string[]): string {
  const folders = inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const packages = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<
      string,
      string
    >;
    const files = globSync([`${folder}/LICEN[CS]E*`, `${folder}/LICENSES/*`, `${folder}/NOTICE*`])
      .filter((file) => statSync(file).isFile())
      .toSorted();
    return {
      title: `${name} ${version} (${license})`,
      text: files.map((file) => readFileSync(file, "utf8")).join("\n"),
    };
  });
  return [...Map.groupBy(packages, ({ text }) => text)]
    .map(([text, members]) => `${members.map(({ title }) => title).join("\n")}\n\n${text}`)
    .join(`\n${"-".repeat(80)}\n\n`);
}
const page = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "ui", "--logLevel", "warn"], {
  stdio: "inherit",
});
if (page.status !== 0) process.exit(1);
/** Bundled into the page. */
const OF_THE_PAGE = [
  "react",
  "react-dom",
  "scheduler",
  "uplot",
  "wouter",
  "regexparam",
  "@tanstack/react-query",
  "@tanstack/query-core",
];

writeFileSync(
  "dist/THIRD-PARTY-LICENSES.txt",
  collectLicences([
    ...Object.keys(result.metafile.inputs),
    ...[PRICES, ...OF_THE_PAGE].map((name) => `node_modules/${name}/`),
  ]),
);
