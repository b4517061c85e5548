import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseArguments } from "../../src/cli/arguments.ts";
import { type Command, defineCommand, UsageError } from "../../src/cli/command.ts";
import { parseDuration, parseRange, parseTime } from "../../src/cli/times.ts";
import { runCommand } from "./run-command.ts";

const flags = {
  agent: { kind: "text", value: "NAME", doc: "" },
  json: { kind: "switch", short: "j", doc: "" },
  attribute: { kind: "list", value: "K=V", doc: "" },
} as const;
const plain: Command = defineCommand({ usage: [], about: "", examples: [], flags, run: async () => 0 });
const runner: Command = { ...plain, runsProgram: true };

const refusal = (args: readonly string[], command = plain): string => {
  try {
    parseArguments(args, command);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return assert.fail(`${args.join(" ")} was taken`);
};

describe("the arguments of a command", () => {
  it("are flags of three kinds and words, in any order", () => {
    const { flags: read, positionals } = parseArguments(
      ["a", "--agent=x", "-j", "--attribute", "k=v", "b", "--attribute", "l=-1"],
      plain,
    );
    assert.deepEqual(read, { agent: "x", json: true, attribute: ["k=v", "l=-1"] });
    assert.deepEqual(positionals, ["a", "b"]);
    assert.deepEqual(parseArguments([], plain).flags, { agent: undefined, json: false, attribute: [] });
  });

  it("are refused where a flag does not exist, and the nearest is named", () => {
    assert.equal(refusal(["--agnet", "x"]), "there is no flag --agnet; did you mean --agent?");
    assert.equal(refusal(["--zzzzzz"]), "there is no flag --zzzzzz");
  });

  it("are refused where a value is missing or too many", () => {
    assert.equal(refusal(["--agent"]), "--agent needs a value: --agent NAME");
    assert.equal(refusal(["--agent", "--json"]), "--agent needs a value: --agent NAME");
    assert.equal(refusal(["--json=yes"]), '--json takes no value, got "yes"');
    assert.equal(parseArguments(["--agent=--json"], plain).flags["agent"], "--json");
  });

  it("leave the program behind -- alone, or from the first word on", () => {
    assert.deepEqual(parseArguments(["--json", "--", "node", "--agent", "app.js"], runner).program, [
      "node",
      "--agent",
      "app.js",
    ]);
    const { flags: read, program } = parseArguments(["--agent", "x", "node", "--json", "--", "y"], runner);
    assert.deepEqual([read["agent"], read["json"], program], ["x", false, ["node", "--json", "--", "y"]]);
    assert.equal(refusal(["--jsno", "--", "node"], runner), "there is no flag --jsno; did you mean --json?");
  });
});

describe("times", () => {
  const NOW_MS = Date.UTC(2026, 4, 4, 12);

  it("are durations, ago or long", () => {
    assert.equal(parseDuration("since", "1h30m"), 5_400_000);
    assert.equal(parseDuration("since", "500ms"), 500);
    assert.equal(parseTime("from", "2d", NOW_MS), NOW_MS - 172_800_000);
    for (const wrong of ["", "5", "h", "1y", "-1h", "1h 30m"])
      assert.throws(() => parseDuration("since", wrong), UsageError, wrong);
  });

  it("are dates with and without a zone, seconds and milliseconds", () => {
    assert.equal(parseTime("from", "2026-05-04T11:00:00Z", NOW_MS), NOW_MS - 3_600_000);
    assert.equal(parseTime("from", "2026-05-04T12:00", NOW_MS), new Date(2026, 4, 4, 12).getTime());
    assert.equal(parseTime("from", "2026-05-04", NOW_MS), new Date(2026, 4, 4).getTime());
    assert.equal(parseTime("from", "1700000000", NOW_MS), 1_700_000_000_000);
    assert.equal(parseTime("from", "1700000000123", NOW_MS), 1_700_000_000_123);
    for (const wrong of ["yesterday", "2026-13-01", "12"])
      assert.throws(() => parseTime("from", wrong, NOW_MS), UsageError, wrong);
  });

  it("make a range that begins before it ends, from one side only", () => {
    assert.deepEqual(parseRange({}, 1000, NOW_MS), { startMs: NOW_MS - 1000, endMs: NOW_MS });
    assert.deepEqual(parseRange({ from: "2h", to: "1h" }, 1000, NOW_MS), {
      startMs: NOW_MS - 7_200_000,
      endMs: NOW_MS - 3_600_000,
    });
    assert.throws(() => parseRange({ from: "1h", to: "2h" }, 1000, NOW_MS), UsageError);
    assert.throws(() => parseRange({ from: "1h", since: "2h" }, 1000, NOW_MS), UsageError);
  });
});

describe("a command line that is wrong", () => {
  it("ends with 2, says what is wrong and where help is", async () => {
    for (const [args, expected] of [
      [
        ["tracez"],
        'agent-observatory: There is no command "tracez"; did you mean traces? See agent-observatory --help.\n',
      ],
      [
        ["traces", "--agnet", "x"],
        "agent-observatory traces: There is no flag --agnet; did you mean --agent? See agent-observatory traces --help.\n",
      ],
      [
        ["traces", "--status", "bad"],
        'agent-observatory traces: --status: expected ok or error, got "bad". See agent-observatory traces --help.\n',
      ],
      [
        ["dev"],
        "agent-observatory dev: Expected a program: agent-observatory dev -- node app.js. See agent-observatory dev --help.\n",
      ],
      [["__proto__"], 'agent-observatory: There is no command "__proto__". See agent-observatory --help.\n'],
    ] as const) {
      const { code, stdout, stderr } = await runCommand(args);
      assert.deepEqual([code, stdout, stderr], [2, "", expected]);
    }
  });
});
