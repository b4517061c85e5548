import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

const FOLDER = join(import.meta.dirname, "../../dist/ui");
/** What the first view may weigh, packed (docs/page.md). */
const MAX_BYTES = 350 * 1024;
const HOME = /assets\/home-[\w-]+\.js/;

/** A file and all that it loads at once, without what is loaded when it is looked at. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const text = readFileSync(join(FOLDER, file), "utf8");
  const folder = file.includes("/") ? "assets/" : "";
  for (const [, name = ""] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
    loadedBy(`${folder}${name}`, loaded);
  return loaded;
}

describe("the bundle of the page", () => {
  it("is at most 350 kB packed for the first view, with all that Home loads", () => {
    const html = readFileSync(join(FOLDER, "index.html"), "utf8");
    const named = Array.from(html.matchAll(/(?:src|href)="\/([\w./-]+\.(?:js|css|svg))"/g), ([, name = ""]) => name);
    const files = new Set(named.filter((name) => !name.endsWith(".js")));
    for (const name of named.filter((one) => one.endsWith(".js"))) for (const file of loadedBy(name)) files.add(file);
    const main = [...files].find((file) => /assets\/index-.*\.js/.test(file)) ?? assert.fail("no entry");
    const [home] = HOME.exec(readFileSync(join(FOLDER, main), "utf8")) ?? assert.fail("no Home");
    for (const file of loadedBy(home)) files.add(file);
    for (const [style] of readFileSync(join(FOLDER, main), "utf8").matchAll(/assets\/home-[\w-]+\.css/g))
      files.add(style);
    const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(FOLDER, file))).length, 0);
    assert.ok(files.size >= 4, [...files].join(" "));
    assert.ok(bytes > 50_000, "it was looked at");
    assert.ok(bytes <= MAX_BYTES, `${bytes} bytes: ${[...files].join(" ")}`);
  });

  it("has nothing in it that only Node has", () => {
    for (const file of readdirSync(join(FOLDER, "assets")).filter((name) => name.endsWith(".js"))) {
      const text = readFileSync(join(FOLDER, "assets", file), "utf8");
      assert.ok(!/(?:from|import)\s*\(?["']node:|__vite-browser-external/.test(text), file);
    }
  });

  it("asks nobody else for anything", () => {
    const html = readFileSync(join(FOLDER, "index.html"), "utf8");
    assert.ok(!/(?:src|href)="(?:https?:)?\/\//.test(html));
    assert.ok(!/<script(?![^>]*src=)|\sstyle=|\son\w+=/i.test(html), "nothing inline, which the policy refuses");
  });
});
