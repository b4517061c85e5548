import { type Matcher, type Override, withProperty } from "./field-config.ts";
import { displayNameOf, type Field, type Frame } from "./frame.ts";
import { isMembers, listOf, membersOf, textOf, textsOf } from "./json.ts";
import { reduced } from "./reduce.ts";

/** Which fields an override or a transformation means. */

export function patternOf(written: string): RegExp | undefined {
  const [, source = written, flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(written) ?? [];
  try {
    return new RegExp(source, flags.replaceAll("g", ""));
  } catch {
    return undefined;
  }
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

export type FieldTest = (one: Field, frame: Frame, frames: readonly Frame[]) => boolean;

/** `byName` means the name that people see, and the name of the column where that is another. */
export function fieldTest({ id, options }: Matcher): FieldTest {
  const text = textOf(options) ?? "";
  const isNamed =
    (wanted: ReadonlySet<string>): FieldTest =>
    (one, frame, frames) =>
      wanted.has(one.name) || wanted.has(displayNameOf(one, frame, frames));
  switch (id) {
    case "byName":
      return isNamed(new Set([text]));
    case "byNames": {
      const { names, mode } = membersOf(options);
      const test = isNamed(new Set(textsOf(names)));
      return mode === "exclude" ? (one, frame, frames) => one.type !== "time" && !test(one, frame, frames) : test;
    }
    case "byRegexp":
    case "byRegexpOrNames": {
      const pattern = patternOf(id === "byRegexp" ? text : (textOf(membersOf(options)["pattern"]) ?? ""));
      const named = isNamed(new Set(textsOf(membersOf(options)["names"])));
      return (one, frame, frames) =>
        (pattern?.test(displayNameOf(one, frame, frames)) ?? false) ||
        (id === "byRegexpOrNames" && named(one, frame, frames));
    }
    case "byType":
    case "byTypes": {
      const types = new Set(typeof options === "string" ? [options] : textsOf(options));
      return ({ type }) => types.has(type);
    }
    case "numeric":
      return ({ type }) => type === "number";
    case "time":
      return ({ type }) => type === "time";
    case "byFrameRefID":
      return (_, { refId }) => refId === text;
    case "byValue": {
      const { reducer, op, value } = membersOf(options);
      const compare = COMPARISONS[textOf(op) ?? ""];
      return ({ values, type }) =>
        type === "number" && (compare?.(Number(reduced(values, textOf(reducer) ?? "")), Number(value)) ?? false);
    }
    case "anyMatch":
    case "allMatch":
      return combined(listOf(options), id === "anyMatch");
    case "invertMatch": {
      const test = isMembers(options)
        ? fieldTest({ id: textOf(options["id"]) ?? "", options: options["options"] })
        : () => false;
      return (one, frame, frames) => !test(one, frame, frames);
    }
    default:
      return () => false;
  }
}

function combined(matchers: readonly unknown[], any: boolean): FieldTest {
  const tests = matchers.map((one) =>
    fieldTest({ id: textOf(membersOf(one)["id"]) ?? "", options: membersOf(one)["options"] }),
  );
  return (one, frame, frames) =>
    any ? tests.some((test) => test(one, frame, frames)) : tests.every((test) => test(one, frame, frames));
}

/** Frames of certain queries: `byRefId` takes a name, a pattern between slashes, or several names with `|`. */
export function frameTest({ id, options }: Matcher): (frame: Frame) => boolean {
  const text = textOf(options) ?? "";
  if (id !== "byRefId" && id !== "byRefID") return () => true;
  const pattern = text.startsWith("/") ? patternOf(text) : undefined;
  const names = new Set(text.split("|"));
  return ({ refId }) => pattern?.test(refId) ?? names.has(refId);
}

/** Every field with the configuration that is its own: the defaults, then the overrides that mean it, in their order. */
export function configured(
  frames: readonly Frame[],
  defaults: Field["config"],
  overrides: readonly Override[],
): readonly Frame[] {
  const tests = overrides.map(({ matcher, properties }) => ({ test: fieldTest(matcher), properties }));
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((one) => {
      // What a transformation named stays named.
      const own = Object.fromEntries(
        Object.entries(one.config).filter(
          ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
        ),
      );
      let config: Field["config"] = { ...defaults, ...own, custom: { ...defaults.custom, ...one.config.custom } };
      const named = { ...one, config };
      for (const { test, properties } of tests) {
        if (!test(named, frame, frames)) continue;
        for (const { id, value } of properties) config = withProperty(config, id, value);
      }
      return { ...one, config };
    }),
  }));
}
