import { builtin } from "../base/index.ts";

export type Collection = { readonly type: "major" | "minor" | "incremental" | "weakcb"; readonly seconds: number };

/** Tells of each garbage collection in this thread, a turn of the loop later. Returns what stops it. */
export function watchGarbageCollection(onCollection: (collection: Collection) => void): () => void {
  const { PerformanceObserver, constants } = builtin("node:perf_hooks");
  const types = new Map<unknown, Collection["type"]>([
    [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
    [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"],
  ]);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as { readonly detail?: { readonly kind?: unknown } };
      const type = types.get(detail?.kind);
      if (type !== undefined) onCollection({ type, seconds: entry.duration / 1000 });
    }
  });
  observer.observe({ type: "gc" });
  return () => observer.disconnect();
}
