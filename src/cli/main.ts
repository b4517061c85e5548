import { systemClock } from "../base/index.ts";
import { VERSION } from "../version.ts";
import { type CommandInput, EXIT, type Flags, type Terminal, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { describeFailure } from "./failures.ts";
import { paintFor } from "./paint.ts";

async function runCommand(name: string, args: readonly string[], terminal: Terminal): Promise<number> {
  const [{ parseArguments, suggestion }, { commandHelp, generalHelp }] = await Promise.all([
    import("./arguments.ts"),
    import("./help.ts"),
  ]);
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    if (name === "help" && args.length === 0) {
      terminal.out.write(generalHelp());
      return EXIT.ok;
    }
    throw new UsageError(`there is no command ${JSON.stringify(name)}${suggestion(name, Object.keys(COMMANDS))}`);
  }
  const { command } = await entry.load();
  const { help, ...parsed } = parseArguments(args, command);
  if (help) {
    terminal.out.write(commandHelp(name, command));
    return EXIT.ok;
  }
  return command.run({ ...parsed, terminal } as CommandInput<Flags>);
}

/** Runs the command line; resolves with the exit code. */
async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-v") {
    terminal.out.write(`${VERSION}\n`);
    return EXIT.ok;
  }
  const known = name !== undefined && Object.hasOwn(COMMANDS, name);
  try {
    if (name === undefined || name === "--help" || name === "-h") return await runCommand("help", [], terminal);
    // `help traces` is what people try first.
    if (name === "help" && rest[0] !== undefined) return await runCommand(rest[0], ["--help"], terminal);
    return await runCommand(name, rest, terminal);
  } catch (error) {
    const { message, code } = describeFailure(error, known ? name : "");
    terminal.errors.write(`agent-observatory${known ? ` ${name}` : ""}: ${message}\n`);
    return code;
  }
}

/** Whoever reads may have had enough: `agent-observatory traces | head`. */
function endWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(EXIT.ok);
  });
}

const { stdout, stderr, env } = process;
endWhenNobodyReads(stdout);
endWhenNobodyReads(stderr);
// Not awaited: bin/ requires this file, and what is required must not wait.
void run(process.argv.slice(2), {
  out: stdout,
  errors: stderr,
  env,
  cwd: process.cwd(),
  clock: systemClock,
  columns: stdout.isTTY === true ? stdout.columns : undefined,
  paint: paintFor(stdout, env),
}).then((code) => {
  process.exitCode = code;
});
