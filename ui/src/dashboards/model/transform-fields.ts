import { displayNameOf, type Field, type Frame, field, withConfig } from "./frame.ts";
import { isMembers, type Members, namesOf, numbersOf, textOf, textsOf, truthsOf } from "./json.ts";
import { patternOf } from "./matchers.ts";

/** Transformations that choose, order and name columns. */

/** Names change what people see; the column keeps its own. */
export function organize(frames: readonly Frame[], options: Members): readonly Frame[] {
  const excluded = truthsOf(options["excludeByName"]);
  const included = truthsOf(options["includeByName"]);
  const order = numbersOf(options["indexByName"]);
  const names = namesOf(options["renameByName"]);
  return frames.map((frame) => {
    const fields = frame.fields
      .map((one) => ({ one, name: displayNameOf(one, frame, frames) }))
      .filter(({ name }) => excluded[name] !== true && (Object.keys(included).length === 0 || included[name] === true));
    const placed =
      Object.keys(order).length === 0
        ? fields
        : [...fields].sort(
            (a, b) => (order[a.name] ?? Number.MAX_SAFE_INTEGER) - (order[b.name] ?? Number.MAX_SAFE_INTEGER),
          );
    return {
      ...frame,
      fields: placed.map(({ one, name }) => {
        const renamed = names[name];
        return renamed === undefined || renamed === "" ? one : withConfig(one, { displayName: renamed });
      }),
    };
  });
}

export function filterFieldsByRefId(frames: readonly Frame[], options: Members): readonly Frame[] {
  const include = textOf(options["include"]);
  if (include === undefined || include === "") return frames;
  const names = new Set(include.split("|"));
  return frames.filter(({ refId }) => names.has(refId));
}

export function filterFieldsByName(frames: readonly Frame[], options: Members): readonly Frame[] {
  const testOf = (given: unknown): ((name: string) => boolean) | undefined => {
    if (!isMembers(given)) return undefined;
    const names = new Set(textsOf(given["names"]));
    const pattern = textOf(given["pattern"]);
    const compiled = pattern === undefined || pattern === "" ? undefined : patternOf(pattern);
    return (name) => names.has(name) || (compiled?.test(name) ?? false);
  };
  const [included, excluded] = [testOf(options["include"]), testOf(options["exclude"])];
  return frames.flatMap((frame) => {
    const fields = frame.fields.filter((one) => {
      const name = displayNameOf(one, frame, frames);
      return (included?.(name) ?? true) && !(excluded?.(name) ?? false);
    });
    return fields.length === 0 ? [] : [{ ...frame, fields }];
  });
}

export function renameByRegex(frames: readonly Frame[], options: Members): readonly Frame[] {
  const written = textOf(options["regex"]) ?? "";
  const pattern = patternOf(written);
  const replacement = textOf(options["renamePattern"]) ?? "";
  if (pattern === undefined || written === "") return frames;
  // As Grafana does: between slashes only what comes first is replaced, unless the pattern says `g`.
  const all = /^\/.*\/[a-z]*g[a-z]*$/s.test(written) ? new RegExp(pattern.source, `${pattern.flags}g`) : pattern;
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((one) => {
      if (one.type === "time") return one;
      const name = displayNameOf(one, frame, frames);
      const renamed = name.replace(all, replacement);
      return renamed === name ? one : withConfig(one, { displayName: renamed });
    }),
  }));
}

/** Labels become columns of one table of all series, or rows of label and value. */
export function labelsToFields(frames: readonly Frame[], options: Members): readonly Frame[] {
  const keep = new Set(textsOf(options["keepLabels"]));
  const valueLabel = textOf(options["valueLabel"]);
  return frames.map((frame) => {
    const fields: Field[] = [];
    const names = new Set<string>();
    const length = frame.fields[0]?.values.length ?? 0;
    const columns: Field[] = [];
    for (const one of frame.fields) {
      const { labels, legend: _, ...rest } = one;
      const chosen = Object.entries(labels ?? {}).filter(
        ([name]) => name !== "__name__" && (keep.size === 0 || keep.has(name)),
      );
      const called = valueLabel === undefined ? undefined : labels?.[valueLabel];
      fields.push({ ...rest, name: called ?? labels?.["__name__"] ?? one.name });
      for (const [name, value] of chosen) {
        if (names.has(name) || name === valueLabel) continue;
        names.add(name);
        columns.push(
          field(
            name,
            "string",
            Array.from({ length }, () => value),
          ),
        );
      }
    }
    const [first, ...others] = fields;
    return { ...frame, kind: "table", fields: first === undefined ? [] : [first, ...columns, ...others] };
  });
}
