import { randomUUID } from "node:crypto";
import { createBackends } from "../../backends/index.ts";
import { ObservatoryError } from "../../base/index.ts";
import { defineCommand, UsageError } from "../command.ts";
import { type Embedded, readEmbeddedSettings, startOrJoin } from "../embedded.ts";
import { EMBEDDED_FLAGS, embeddedValues } from "../embedded-flags.ts";
import { interruption } from "../interruption.ts";
import { endAs, hasEndpoint, observedEnvironment, runProgram } from "../observed-program.ts";
import { openPage } from "../open-page.ts";
import { remark } from "../output.ts";
import { describeRun, summarizeRun } from "../run-summary.ts";

/** Spans of a program may begin a little before ours do, by the clock of another process. */
const MARGIN_MS = 60_000;
/** The program has ended; nobody waits long for what is said about it. */
const SUMMARY_TIMEOUT_MS = 10_000;

const opening = ({ urls, joined }: Embedded, dataDirectory: string): string =>
  `the page is at ${urls.web} ${joined ? "(runs already)" : `(beside the program, data in ${dataDirectory})`}`;

export const command = defineCommand({
  usage: ["[flags] -- PROGRAM [ARGUMENT…]"],
  about:
    "Starts the embedded process, or joins one that runs, and runs the program with the preload, unchanged: `node app.js`, `npm start`, `npx tsx app.ts`, with all Node processes it starts. The program keeps its streams, gets the signals, and its exit code or signal is ours. When it has ended, one line on stderr tells what it did.",
  examples: ["agent-observatory dev -- node app.js", "agent-observatory dev --keep -- npm start"],
  flags: {
    keep: { kind: "switch", doc: "Stay up after the program, until Ctrl-C." },
    open: { kind: "switch", doc: "Show the page in the browser." },
    ...EMBEDDED_FLAGS,
  },
  runsProgram: true,
  run: async ({ flags, program, terminal }) => {
    if (program.length === 0) throw new UsageError("expected a program: agent-observatory dev -- node app.js");
    const say = (text: string): void => remark(terminal, `agent-observatory: ${text}`);
    const settings = readEmbeddedSettings(embeddedValues(flags), terminal);
    const { env, cwd, clock } = terminal;
    const embedded = await startOrJoin(settings);
    const { urls, joined, close } = embedded;
    say(opening(embedded, settings.dataDirectory));
    if (flags["open"] === true) openPage(urls.web, () => say(`no browser could be opened; the page is at ${urls.web}`));
    if (hasEndpoint(env, cwd)) say("the program sends its telemetry where its own settings say");
    const runId = randomUUID();
    const startMs = clock.nowMs() - MARGIN_MS;
    const ending = await runProgram(
      program,
      observedEnvironment({ urls, runId, token: settings.token, env, cwd }),
      say,
    );
    const keep = flags["keep"] === true && !joined;
    const interrupted = interruption();
    const backends = createBackends({ url: urls.web, token: settings.token, timeoutMs: SUMMARY_TIMEOUT_MS });
    try {
      // What the program sent is stored: it waited for the answer, and only what is stored is answered.
      const summary = await summarizeRun(backends, runId, { startMs, endMs: clock.nowMs() + MARGIN_MS });
      say(describeRun(summary, keep || joined));
    } catch (error) {
      if (!(error instanceof ObservatoryError)) throw error;
      say(error.message);
    }
    if (keep) {
      say(`${urls.web} stays up; Ctrl-C ends it`);
      await interrupted;
    }
    await close();
    return endAs(ending);
  },
});
