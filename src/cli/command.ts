import type { Clock } from "../base/index.ts";
import type { Paint } from "./paint.ts";

/** What the process ends with. Scripts rely on these: docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** Nothing was found, or what was asked about is not well. */
  nothing: 1,
  usage: 2,
  /** A back end is not there, or in trouble. */
  backend: 3,
} as const;

/** One flag of a command, by its name without dashes. */
export type Flag = {
  readonly kind: "text" | "switch" | "list";
  /** What stands for the value in the help; texts and lists have one. */
  readonly value?: string;
  readonly short?: string;
  readonly doc: string;
};
export type Flags = Readonly<Record<string, Flag>>;

type FlagValue<F extends Flag> = F["kind"] extends "switch"
  ? boolean
  : F["kind"] extends "list"
    ? readonly string[]
    : string | undefined;
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue<F[K]> };

/** Where a command reads and writes. */
export type Terminal = {
  readonly out: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Of the terminal; undefined where the output goes elsewhere, and nothing is cut. */
  readonly columns: number | undefined;
  /** For `out`. */
  readonly paint: Paint;
};

export type CommandInput<F extends Flags> = {
  readonly flags: FlagValues<F>;
  readonly positionals: readonly string[];
  /** What stands behind `--`, or from the first word on: a program and its arguments. Empty but for commands that run one. */
  readonly program: readonly string[];
  readonly terminal: Terminal;
};

export type Command<F extends Flags = Flags> = {
  /** What stands behind the name: "[flags] <id>". One line each. */
  readonly usage: readonly string[];
  /** A few sentences, for the help of the command. */
  readonly about: string;
  readonly examples: readonly string[];
  readonly flags: F;
  readonly runsProgram?: boolean;
  readonly run: (input: CommandInput<F>) => Promise<number>;
};

/** Gives `run` the types of its flags. */
export const defineCommand = <const F extends Flags>(command: Command<F>): Command => command as unknown as Command;

/** The command line is wrong: said with the command's name, ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
