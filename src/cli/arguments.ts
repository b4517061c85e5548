import { parseArgs } from "node:util";
import { nearest } from "../config/index.ts";
import { type Command, type Flags, UsageError } from "./command.ts";

type Parsed = {
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
  readonly program: readonly string[];
  readonly help: boolean;
};

const HELP: Flags = { help: { kind: "switch", short: "h", doc: "This text." } };

const options = (flags: Flags) =>
  Object.fromEntries(
    Object.entries(flags).map(([name, { kind, short }]) => [
      name,
      { type: kind === "switch" ? ("boolean" as const) : ("string" as const), ...(short !== undefined && { short }) },
    ]),
  );

/** "; did you mean --agent?", where something is near. */
export function suggestion(given: string, names: Iterable<string>, dashes = ""): string {
  const near = nearest(given, names);
  return near === undefined ? "" : `; did you mean ${dashes}${near}?`;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function checkOption(token: OptionToken, flags: Flags): void {
  const { name, rawName, value, inlineValue } = token;
  const flag = flags[name];
  if (flag === undefined)
    throw new UsageError(`there is no flag ${rawName}${suggestion(name, Object.keys(flags), "--")}`);
  if (flag.kind === "switch" && value !== undefined)
    throw new UsageError(`--${name} takes no value, got ${JSON.stringify(value)}`);
  if (flag.kind === "switch") return;
  // `--agent --json`: the next flag is not meant as a value; `--agent=--json` says that it is.
  if (value === undefined || (inlineValue !== true && value.startsWith("-") && value.length > 1))
    throw new UsageError(`--${name} needs a value: --${name} ${flag.value ?? "VALUE"}`);
}

/** Where the program of `dev [flags] -- node app.js` begins: behind `--`, or at the first word. */
function splitProgram(args: readonly string[], tokens: readonly Token[]) {
  const first = tokens.find(({ kind }) => kind !== "option");
  if (first === undefined) return { own: args, program: [] };
  return {
    own: args.slice(0, first.index),
    program: args.slice(first.kind === "option-terminator" ? first.index + 1 : first.index),
  };
}

/** Reads the arguments of a command. Throws `UsageError`. */
export function parseArguments(args: readonly string[], command: Command): Parsed {
  const flags: Flags = { ...HELP, ...command.flags };
  const parse = (given: readonly string[]) =>
    parseArgs({ args: [...given], options: options(flags), allowPositionals: true, strict: false, tokens: true });
  const { own, program } =
    command.runsProgram === true ? splitProgram(args, parse(args).tokens) : { own: args, program: [] };
  const { tokens, positionals } = parse(own);
  const found: Record<string, string | boolean | string[] | undefined> = {};
  for (const [name, { kind }] of Object.entries(flags))
    found[name] = kind === "switch" ? false : kind === "list" ? [] : undefined;
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    checkOption(token, flags);
    const before = found[token.name];
    if (Array.isArray(before)) before.push(token.value ?? "");
    else found[token.name] = token.value ?? true;
  }
  const { help, ...values } = found;
  return { flags: values, positionals, program, help: help === true };
}
