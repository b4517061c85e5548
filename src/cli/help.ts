import { VERSION } from "../version.ts";
import type { Command, Flags } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CONNECTION_VARIABLES } from "./flags.ts";

const padTo = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
};

const WIDTH = 100;

/** Words in lines of a width that reads well. */
export function wrapText(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const plain = (text: string): string => text.replaceAll("`", "");

/** The help of the whole: every command in a line. */
export function generalHelp(): string {
  return [
    `agent-observatory ${VERSION}: observability for AI agents in Node`,
    "",
    "  agent-observatory dev -- node app.js                run a program, observed, and see what it did",
    "  node --require agent-observatory/register app.js    the same, sending to an observatory that runs already",
    "",
    "Commands",
    ...padTo(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary])),
    "",
    "Options",
    ...padTo([
      ["--help", "this text; agent-observatory COMMAND --help tells the flags of a command"],
      ["--version", "the version"],
    ]),
    "",
    "Without settings a command asks the embedded process at http://127.0.0.1:4319, else the stack of `npm run stack`;".replaceAll(
      "`",
      "",
    ),
    "AGENT_OBSERVATORY_URL or --url names another. Everything: docs/cli.md.",
    "",
  ].join("\n");
}

/** A flag as it is written: `-f, --follow`, `--since TIME`. */
export function flagUsage(name: string, { kind, value, short }: Flags[string]): string {
  const shown = kind === "switch" ? `--${name}` : `--${name} ${value ?? "VALUE"}`;
  return short === undefined ? shown : `-${short}, ${shown}`;
}

export const usageLines = (name: string, { usage }: Command): readonly string[] =>
  usage.map((line) => `agent-observatory ${name}${line === "" ? "" : ` ${line}`}`);

/** What a flag does, with the variable that says the same. */
export function flagDoc(name: string, { doc, kind }: Flags[string]): string {
  const variable: string | undefined = CONNECTION_VARIABLES[name as keyof typeof CONNECTION_VARIABLES];
  return `${doc}${kind === "list" ? " May be given several times." : ""}${variable === undefined ? "" : ` \`${variable}\``}`;
}

/** The help of one command. */
export function commandHelp(name: string, command: Command): string {
  const flags = Object.entries(command.flags).map(
    ([flag, entry]) => [flagUsage(flag, entry), plain(flagDoc(flag, entry))] as const,
  );
  return [
    `agent-observatory ${name}: ${COMMANDS[name]?.summary ?? ""}`,
    "",
    ...usageLines(name, command).map((line) => `  ${line}`),
    "",
    ...wrapText(plain(command.about)),
    ...(command.examples.length === 0 ? [] : ["", "Examples", ...command.examples.map((line) => `  ${line}`)]),
    "",
    "Flags",
    ...padTo([...flags, ["-h, --help", "This text."]]),
    "",
  ].join("\n");
}
