import { existsSync, type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { findRuleFiles } from "./load.ts";

export type RuleFileWatch = { readonly close: () => void };

/** Editors write a file in several steps. */
const SETTLE_MS = 200;
const GLOB = /[*?[{]/;

type Watched = { readonly folder: string; readonly concerns: (name: string) => boolean };

/** Kubernetes replaces the files of a mounted ConfigMap by this link, to which theirs lead. */
const CONFIG_MAP = "..data";

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name) || name === CONFIG_MAP;

/** The folders in which something may happen that concerns the pattern. */
function watchedBy(pattern: string): Watched[] {
  if (GLOB.test(pattern)) {
    let folder = pattern;
    while (GLOB.test(folder)) folder = dirname(folder);
    const found = findRuleFiles([pattern]).files.map((file) => dirname(file));
    return [...new Set([folder, ...found])].map((one) => ({ folder: one, concerns: () => true }));
  }
  if (statSync(pattern, { throwIfNoEntry: false })?.isDirectory() === true)
    return [{ folder: pattern, concerns: isYaml }];
  // The folder, not the file: an editor that writes a new file and renames it would leave a watched file behind.
  const named = (path: string): Watched => ({
    folder: dirname(path),
    concerns: (name) => name === basename(path) || name === CONFIG_MAP,
  });
  const target = existsSync(pattern) ? realpathSync(pattern) : pattern;
  return target === resolve(pattern) ? [named(pattern)] : [named(pattern), named(target)];
}

/**
 * Calls `onChange` once things have settled after a rule file was written, replaced, added or removed. What cannot be watched (a folder that is
 * not there) is left out.
 */
export function watchRuleFiles(
  patterns: readonly string[],
  onChange: () => void,
  settleMs: number = SETTLE_MS,
): RuleFileWatch {
  let settling: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(settling);
    settling = setTimeout(onChange, settleMs);
    settling.unref();
  };
  const watchers: FSWatcher[] = [];
  for (const { folder, concerns } of patterns.flatMap(watchedBy)) {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || concerns(name)) changed();
      });
      watcher.on("error", () => watcher.close());
      watchers.push(watcher);
    } catch {
      // No such folder, or no watches left.
    }
  }
  return {
    close: () => {
      clearTimeout(settling);
      for (const watcher of watchers) watcher.close();
    },
  };
}
