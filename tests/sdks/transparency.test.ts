import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import {
  isInference,
  type PreloadMode,
  type ProgramRun,
  type ProgramType,
  runProgram,
  SDKS_DIRECTORY,
} from "../process/run-program.ts";
import { answerLikeAnthropic } from "./doubles/anthropic.ts";
import { answerLikeGemini } from "./doubles/gemini.ts";
import { answerLikeOpenAi } from "./doubles/openai.ts";
import { type ExpectedCall, type ServerCall, type ServerReply, startModelServer } from "./transparency-server.ts";

type Subject = {
  readonly name: string;
  readonly answer: (call: ServerCall) => ServerReply;
  /** The file and the function of the program. */
  readonly program: readonly [file: string, run: string];
  /** What the program gets of its packages. */
  readonly parts: Readonly<Record<string, string>>;
  /** What is to be told beyond what the server knows of: it cannot say how a call that it does not answer ends. */
  readonly ends: Readonly<Record<string, Partial<ExpectedCall>>>;
  readonly unseen?: readonly ExpectedCall[];
  readonly env?: Readonly<Record<string, string>>;
  readonly modes?: readonly PreloadMode[];
  /** The SDK makes spans of its own, one for all attempts of a call; ours become part of them. */
  readonly hasSpans?: boolean;
};

/** The model of a call whose body never left. */
const UNNAMED = "undefined";

const left = { outcome: "abandoned" };

const openAi = (major: number, name: string): Subject => ({
  name: `openai ${major}`,
  answer: answerLikeOpenAi,
  program: ["transparency-openai.ts", "useOpenAi"],
  parts: { sdk: name, zodHelper: `${name}/helpers/zod`, zod: major === 4 ? "zod/v3" : "zod" },
  ends: {
    "is-left-break": left,
    "is-left-abort": left,
    "is-left-throw": left,
    "is-left-helper": left,
    "hangs-abort": left,
    "hangs-timeout": { failed: true },
    "is-reset": { failed: true },
  },
  // fetch keeps what it does not send to itself; node-fetch, which version 4 uses, writes it in any case.
  unseen: [{ operation: "chat", model: major === 4 ? "is-refused" : UNNAMED, failed: true }],
});

const anthropic = (line: string, name: string): Subject => ({
  name: `@anthropic-ai/sdk ${line}`,
  answer: answerLikeAnthropic,
  program: ["transparency-anthropic.ts", "useAnthropic"],
  parts: {
    sdk: name,
    zodHelper: `${name}/helpers/zod`,
    toolHelper: `${name}/helpers/beta/zod`,
    zod: "zod",
  },
  ends: {
    "is-left-break": left,
    "is-left-abort": left,
    "is-left-helper": left,
    "hangs-timeout": { failed: true },
    "is-reset": { failed: true },
  },
  unseen: [{ operation: "chat", model: UNNAMED, failed: true }],
  // From 1 on this SDK makes spans of its own; with them, what it is under observation is another question than what it is.
  env: { ANTHROPIC_OPEN_TELEMETRY: "false" },
});

/**
 * Its own tracing changes its errors' stacks and its streams as soon as anybody registers OpenTelemetry, which is its maker's decision; all
 * else is to be the same.
 */
const tracedAnthropic = (line: string, name: string): Subject => ({
  ...anthropic(line, name),
  name: `@anthropic-ai/sdk ${line}, which traces itself`,
  env: { REPORT_WITHOUT: "stack,_tracer,_request_id,_workspace_id,Symbol(Symbol.asyncIterator)" },
  modes: ["require"],
  hasSpans: true,
  // What it cannot read it tells as an error of the call; the server's answer was none.
  ends: { ...anthropic(line, name).ends, "is-malformed": { failed: true } },
  unseen: [
    { operation: "chat", model: "is-refused", failed: true },
    // It begins its span before it looks whether the program still wants the answer.
    { operation: "chat", model: "is-never-sent" },
  ],
});

const gemini = (major: number, name: string): Subject => ({
  name: `@google/genai ${major}`,
  answer: answerLikeGemini,
  program: ["transparency-gemini.ts", "useGemini"],
  parts: { sdk: name },
  ends: {
    // What is left is not cancelled: it is read to its end by nobody, and so the counts are there.
    "hangs-abort": left,
    "hangs-timeout": { failed: true },
    "is-reset": { failed: true },
  },
  unseen: [{ operation: "generate_content", model: "is-refused", failed: true }],
});

const SUBJECTS: readonly Subject[] = [
  openAi(4, "openai-4"),
  openAi(5, "openai-5"),
  openAi(6, "openai-6"),
  openAi(7, "openai"),
  anthropic("0", "anthropic-0"),
  anthropic("1", "@anthropic-ai/sdk"),
  tracedAnthropic("0", "anthropic-0"),
  tracedAnthropic("1", "@anthropic-ai/sdk"),
  gemini(1, "genai-1"),
  gemini(3, "@google/genai"),
];

const MODES: readonly PreloadMode[] = ["require", "import", "NODE_OPTIONS"];

function programOf({ program: [file, run], parts }: Subject, type: ProgramType): string {
  const load = (name: string, from: string): string =>
    type === "module" ? `import * as ${name} from "${from}";` : `const ${name} = require("${from}");`;
  const take = type === "module" ? `import { ${run} } from "../${file}";` : `const { ${run} } = require("../${file}");`;
  const names = Object.keys(parts);
  return [
    ...Object.entries(parts).map(([name, from]) => load(name, from)),
    take,
    `${run}({ ${names.join(", ")}, base: process.env.BASE });`,
  ].join("\n");
}

type Observed = {
  readonly run: ProgramRun;
  readonly seen: readonly string[];
  readonly expected: readonly ExpectedCall[];
  readonly requests: number;
};

async function observe(subject: Subject, type: ProgramType, mode: PreloadMode | "none"): Promise<Observed> {
  await using server = await startModelServer(subject.answer);
  const env = { ...subject.env, BASE: server.url };
  const run = await runProgram(programOf(subject, type), { mode, type, env, directory: SDKS_DIRECTORY });
  return { run, seen: server.seen, expected: server.expected, requests: server.requests() };
}

/** The frames of a stack in a line of JSON. */
const STACK = /(?:\\n {4}at (?:(?!\\n|").)+)+/g;
const MAX_FRAMES = 5;

/** Which of Node's own frames a stack has is a matter of the moment, and a stack has ten frames: one more of them pushes another one out. */
const withoutMoment = (line: string): string =>
  line.replaceAll(STACK, (stack) =>
    stack
      .split("\\n")
      .filter((frame) => frame !== "" && !frame.includes("node:internal"))
      .slice(0, MAX_FRAMES)
      .join("\\n"),
  );

/** A report is long: only the surroundings of the first difference are shown. */
function assertSameLines(given: readonly string[], without: readonly string[], what: string): void {
  const ours = given.map(withoutMoment);
  const theirs = without.map(withoutMoment);
  const line = theirs.findIndex((text, index) => text !== ours[index]);
  if (line === -1) {
    assert.equal(ours.length, theirs.length, what);
    return;
  }
  const [is, was] = [ours[line] ?? "", theirs[line] ?? ""];
  let at = 0;
  while (is[at] === was[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 120);
  assert.equal(around(is), around(was), `${what}: ${was.slice(0, 60)}`);
}

const lineOf = (call: ExpectedCall): string =>
  [
    call.operation,
    call.model,
    `status ${call.status}`,
    `in ${call.input} out ${call.output}`,
    `retry ${call.retry}`,
    call.failed ? "failed" : "",
    call.outcome ?? "",
  ].join(" ");

/** Of calls that are one span whatever it takes, the last attempt tells how they ended. */
const lastAttempts = (calls: readonly ExpectedCall[]): ExpectedCall[] =>
  calls.filter(
    ({ model, retry = 0 }) => !calls.some((other) => other.model === model && (other.retry ?? 0) === retry + 1),
  );

function expectedLines({ ends, hasSpans, unseen = [] }: Subject, { expected }: Observed): string[] {
  const calls = hasSpans ? lastAttempts(expected) : expected;
  return [...calls.map((call) => ({ ...call, ...ends[call.model] })), ...unseen].map(lineOf).toSorted();
}

function toldLines({ spans }: ProgramRun): string[] {
  return spans
    .filter(isInference)
    .map(({ attributes, failed }) => {
      const number = (name: string) => attributes[name] as number | undefined;
      return lineOf({
        operation: String(attributes[ATTR.operation]),
        model: String(attributes[ATTR.requestModel]),
        failed,
        status: number(ATTR.httpStatus)!,
        input: number(ATTR.inputTokens)!,
        output: number(ATTR.outputTokens)!,
        retry: number(ATTR.retryCount)!,
        outcome: attributes[ATTR.streamOutcome] as string,
      });
    })
    .toSorted();
}

for (const subject of SUBJECTS) {
  describe(subject.name, { concurrency: 2 }, () => {
    for (const type of ["commonjs", "module"] as const) {
      it(`is the same under observation, and each call is told once, in a program of type ${type}`, async () => {
        const bare = await observe(subject, type, "none");
        assert.equal(bare.run.code, 0, bare.run.stderr);
        for (const mode of subject.modes ?? MODES) {
          const observed = await observe(subject, type, mode);
          const { run } = observed;
          assertSameLines(run.stdout.split("\n"), bare.run.stdout.split("\n"), mode);
          assert.equal(run.stderr, bare.run.stderr);
          assert.equal(run.code, bare.run.code);
          assertSameLines(observed.seen, bare.seen, `${mode}, sent`);
          assertSameLines(toldLines(run), expectedLines(subject, observed), `${mode}, told`);
          if (subject.hasSpans) continue;
          const clients = run.spans.filter(({ kind }) => kind === 3).length;
          assert.equal(clients, observed.requests + (subject.unseen?.length ?? 0), `${mode}: one span per request`);
        }
      });
    }
  });
}
