/** What the page is made of: of `src/` only what runs in a browser, few libraries, and views that do not know each other. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = join(ROOT, "ui/src");

/** Rooms of src/ that the page draws from: the clients of the APIs, names, and the parts that only compute. */
const ROOMS = ["backends", "errors", "explain", "model"];
/** Single files of what the page has no other use for: what alerts, boards and queries know as well. */
const FILES = ["alerts/source/thresholds.ts", "grafana/source/promql.ts", "src/promql/functions/buckets.ts"];
const LIBRARIES = ["@tanstack/react-query", "react", "react-dom", "uplot", "wouter"];

type Import = { readonly from: string; readonly specifier: string };

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s(?!type\s)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm);
  const later = text.matchAll(/import\(\s*"([^"]+)"\s*\)/g);
  return [...statements, ...later].map(([, specifier = ""]) => ({ from: file, specifier }));
}
const targetOf = ({ from, specifier }: Import): string =>
  relative(ROOT, resolve(ROOT, dirname(from), specifier.replace(/\?.*$/, "")));

const files = readdirSync(PAGE, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join("ui/src", file));
const all = files.flatMap(importsOf);
const internal = all.filter(({ specifier }) => specifier.startsWith("."));

describe("the page's imports", () => {
  it("take of src/ the rooms that run in a browser, and of alerts and boards what they compute", () => {
    const outside = internal.filter((one) => !targetOf(one).startsWith("ui/"));
    const wrong = outside.filter((one) => {
      const [top, room = ""] = targetOf(one).split("/");
      return !(FILES.includes(targetOf(one)) || (top === "src" && ROOMS.includes(room)));
    });
    assert.deepEqual(wrong, []);
    assert.ok(outside.length > 20, "imports were read at all");
  });

  it("name few libraries, and none for one place alone", () => {
    const foreign = all.filter(({ specifier }) => !specifier.startsWith(".") && !isKnown(specifier));
    assert.deepEqual(foreign, []);
  });

  it("lead from views to what is shared, never back, and from no view into another's drawing", () => {
    const wrong = internal.flatMap((one) => {
      const [here, there] = [viewOf(one.from), viewOf(targetOf(one))];
      if (there === undefined || here === there) return [];
      // The list of views loads them; what one computes may be asked by another, but not how it is drawn.
      const isFine = one.from === "ui/src/app/views.ts" || (here !== undefined && targetOf(one).endsWith(".ts"));
      return isFine ? [] : [`${one.from} → ${targetOf(one)}`];
    });
    assert.deepEqual(wrong, []);
  });
});

function isKnown(specifier: string): boolean {
  return LIBRARIES.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}
function viewOf(file: string): string | undefined {
  return /^ui\/src\/views\/([^/]+)\//.exec(file)?.[1];
}
