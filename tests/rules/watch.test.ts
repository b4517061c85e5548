import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { type RuleFileWatch, watchRuleFiles } from "../../src/rules/index.ts";

describe("rule files are watched", { timeout: 20_000 }, () => {
  const open: RuleFileWatch[] = [];
  const folders: string[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function create(pattern: (folder: string) => string, settleMs = 20) {
    const folder = mkdtempSync(join(tmpdir(), "rules-watch-"));
    folders.push(folder);
    writeFileSync(join(folder, "a.yml"), "groups: []");
    let count = 0;
    let seen = Promise.withResolvers<void>();
    const watch = watchRuleFiles(
      [pattern(folder)],
      () => {
        count += 1;
        seen.resolve();
      },
      settleMs,
    );
    open.push(watch);
    // Watches keep no process alive.
    const alive = setInterval(() => {}, 1000);
    open.push({ close: () => clearInterval(alive) });
    return {
      folder,
      count: () => count,
      /** Until the change is noticed. */
      change: async (act: () => void): Promise<void> => {
        seen = Promise.withResolvers<void>();
        act();
        await seen.promise;
      },
      watch,
    };
  }

  for (const [what, pattern] of Object.entries({
    "by a path": (folder: string) => join(folder, "a.yml"),
    "by a glob": (folder: string) => join(folder, "*.yml"),
    "by their folder": (folder: string) => folder,
  })) {
    it(`${what}: what is written, or replaced by renaming, or deleted, is noticed`, async () => {
      const { folder, change } = create(pattern);
      const file = join(folder, "a.yml");
      await change(() => writeFileSync(file, "groups: [ ]"));
      writeFileSync(join(folder, "a.yml.tmp"), "groups:");
      await change(() => renameSync(join(folder, "a.yml.tmp"), file));
      await change(() => writeFileSync(file, "groups: []"));
      await change(() => rmSync(file));
      await change(() => writeFileSync(file, "groups: []"));
    });
  }

  it("by a path or their folder, as Kubernetes replaces a ConfigMap", async () => {
    const root = mkdtempSync(join(tmpdir(), "rules-watch-"));
    folders.push(root);
    let seen = Promise.withResolvers<void>();
    const mount = (version: string): void => {
      mkdirSync(join(root, version));
      writeFileSync(join(root, version, "a.yml"), "groups: []");
      symlinkSync(version, join(root, "..new"));
      renameSync(join(root, "..new"), join(root, "..data"));
    };
    mount("..1");
    symlinkSync("..data/a.yml", join(root, "a.yml"));
    const alive = setInterval(() => {}, 1000);
    open.push({ close: () => clearInterval(alive) });
    for (const [index, pattern] of [join(root, "a.yml"), root].entries()) {
      seen = Promise.withResolvers<void>();
      const watch = watchRuleFiles([pattern], () => seen.resolve(), 20);
      mount(`..${index + 2}`);
      await seen.promise;
      watch.close();
    }
  });

  it("by a link, where it leads", async () => {
    const { folder: target } = create((one) => one);
    const { folder, change } = create((one) => {
      symlinkSync(join(target, "a.yml"), join(one, "link.yml"));
      return join(one, "link.yml");
    });
    assert.notEqual(folder, target);
    await change(() => writeFileSync(join(target, "a.yml"), "groups: [ ]"));
  });

  it("by a glob, new ones too", async () => {
    const { folder, change } = create((one) => join(one, "*.yml"));
    await change(() => writeFileSync(join(folder, "b.yml"), "groups: []"));
  });

  it("and many changes at once are one", async () => {
    const { folder, change, count } = create((one) => one, 100);
    await change(() => {
      for (let index = 0; index < 20; index++) writeFileSync(join(folder, `f${index}.yml`), "groups: []");
    });
    assert.equal(count(), 1);
  });

  it("where there are none yet without an error", () => {
    open.push(watchRuleFiles(["/nowhere/at/all.yml", "/nowhere/*.yml"], () => {}));
  });
});
