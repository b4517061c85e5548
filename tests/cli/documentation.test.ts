import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Command, Flags } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EMBEDDED_FLAGS } from "../../src/cli/embedded-flags.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../../src/cli/flags.ts";
import { flagDoc, flagUsage, usageLines } from "../../src/cli/help.ts";
import { runCommand } from "./run-command.ts";

const PAGE = new URL("../../docs/cli.md", import.meta.url);
const TABLE = /(<!-- commands -->\n)([\s\S]*?)(<!-- \/commands -->)/;

const loaded = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, { load }]) => [name, (await load()).command] as const),
);

/** Flags that many commands have stand in tables of their own. */
const SHARED: readonly (readonly [name: string, flags: Flags])[] = [
  ["time", TIME_FLAGS],
  ["output", OUTPUT_FLAGS],
  ["connection", CONNECTION_FLAGS],
  ["settings of the embedded process", EMBEDDED_FLAGS],
];

const cell = (text: string): string => text.replaceAll("|", "\\|");

function flagTable(flags: Flags): string[] {
  const rows = Object.entries(flags).map(
    ([name, flag]) => `| \`${cell(flagUsage(name, flag))}\` | ${cell(flagDoc(name, flag))} |`,
  );
  return rows.length === 0 ? [] : ["| flag | |", "|---|---|", ...rows, ""];
}

function section([name, command]: readonly [string, Command]): string[] {
  const shared = SHARED.filter(([, flags]) => Object.keys(flags).every((flag) => command.flags[flag] === flags[flag]));
  const names = new Set(shared.flatMap(([, flags]) => Object.keys(flags)));
  const own = Object.fromEntries(Object.entries(command.flags).filter(([flag]) => !names.has(flag)));
  return [
    `### \`${name}\``,
    "",
    ...usageLines(name, command).map((line) => `    ${line}`),
    "",
    command.about,
    "",
    ...flagTable(own),
    ...(shared.length === 0 ? [] : [`And the flags for ${shared.map(([title]) => title).join(", ")}, below.`, ""]),
  ];
}

const page = (): string =>
  [
    "",
    ...loaded.flatMap(section),
    ...SHARED.flatMap(([title, flags]) => [`### Flags: ${title}`, "", ...flagTable(flags)]),
    "",
  ].join("\n");

describe("docs/cli.md", () => {
  it("has every command with its flags as the code has them (UPDATE_DOCS=1 writes them)", () => {
    const text = readFileSync(PAGE, "utf8");
    if (process.env["UPDATE_DOCS"] === "1")
      writeFileSync(
        PAGE,
        text.replace(TABLE, (_, open, __, close) => open + page() + close),
      );
    assert.equal(TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], page());
  });
});

describe("--help", () => {
  it("lists every command, and of a command every flag", async () => {
    const { code, stdout } = await runCommand(["--help"]);
    assert.equal(code, 0);
    for (const [name, { summary }] of Object.entries(COMMANDS))
      assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, "m"));
    const traces = await runCommand(["help", "traces"]);
    assert.equal(traces.stdout, (await runCommand(["traces", "--help"])).stdout);
    const command = loaded.find(([name]) => name === "traces")?.[1] ?? assert.fail();
    for (const flag of Object.keys(command.flags)) assert.match(traces.stdout, new RegExp(`^ .*--${flag}\\b`, "m"));
  });
});

describe("flags", () => {
  it("are explained in a sentence, and never stand for two things in one command", () => {
    for (const [name, command] of loaded) {
      const shorts = Object.values(command.flags).flatMap(({ short }) => short ?? []);
      assert.equal(new Set(shorts).size, shorts.length, name);
      for (const [flag, { doc, kind, value }] of Object.entries(command.flags)) {
        assert.match(doc, /^[A-Z`].*\.$/s, `${name} --${flag}`);
        assert.equal(value !== undefined, kind !== "switch", `${name} --${flag}`);
      }
    }
  });
});
