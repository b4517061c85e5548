/** The programs that the checks look at: started once, those that take long in the background of the first checks. */
import { once } from "node:events";
import { createLlmDouble } from "../../../examples/support/llm-double.ts";
import { runTeam, startPreloaded, type TeamRun } from "./programs.ts";
import type { Stack } from "./stack.ts";

/** Reports of the sampled team: so many that, at one in ten, none or all being kept does not happen. */
export const SAMPLED = { whole: 3, failed: 100 } as const;

export type Scenario = {
  readonly stack: Stack;
  /** One report, as the demo makes it. */
  readonly team: TeamRun;
  /** A critical service in an outage: every report fails, then it ends. */
  readonly outage: TeamRun;
  /** Another team, of whose traces one in ten is sent. */
  readonly sampled: Promise<readonly [TeamRun, TeamRun]>;
  /** A program in the middle of its work; resolves when it is. */
  readonly working: Promise<void>;
  close(): Promise<void>;
};

async function runSampled(otlpUrl: string): Promise<readonly [TeamRun, TeamRun]> {
  // Every report of the demo has an error in it, by which all of them would be kept.
  const env = { TRACING_SAMPLE_RATE: "0.1", AGENT_OBSERVATORY_KEEP_ERRORS: "false" };
  const options = { otlpUrl, service: "sampled-team", env };
  const whole = await runTeam({ ...options, runs: SAMPLED.whole });
  return [whole, await runTeam({ ...options, runs: SAMPLED.failed, failing: true })];
}

/** The program of programs/everything-else.mjs, which sends by gRPC; ends when its input is closed. */
async function startWorking(otlpGrpcUrl: string) {
  const double = await createLlmDouble({
    respond: ({ model }) => (model === "slow-model" ? { hang: true } : { usage: { inputTokens: 5, outputTokens: 5 } }),
  }).start();
  const child = startPreloaded("tests/stack/programs/everything-else.mjs", {
    OPENAI_BASE_URL: double.url,
    OPENAI_API_KEY: "sk-demo",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpGrpcUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_SERVICE_NAME: "dispatch",
    OTEL_RESOURCE_ATTRIBUTES: "service.namespace=acme,deployment.environment.name=staging",
  });
  let said = "";
  child.stderr!.on("data", (data: Buffer) => {
    said += data;
  });
  const ended = once(child, "exit");
  const isWorking = Promise.race([
    once(child.stdout!, "data").then(() => undefined),
    ended.then(([code]) => Promise.reject(new Error(`everything-else.mjs ended with ${code}: ${said}`))),
  ]);
  const close = async (): Promise<void> => {
    child.stdin!.end();
    await ended;
    await double.close();
  };
  return { isWorking, close };
}

/** What takes long has a moment to fail before anybody looks; the one who looks gets the failure. */
function inBackground<T>(task: Promise<T>): Promise<T> {
  task.catch(() => undefined);
  return task;
}

export async function playScenario(stack: Stack): Promise<Scenario> {
  const { otlpUrl, otlpGrpcUrl } = stack;
  // First, because its alert takes longest. Five: three failures are what the rules want at least.
  // And a service that must be running: when its process ends that is news, too.
  const outage = await runTeam({
    otlpUrl,
    service: "team-in-outage",
    runs: 5,
    failing: true,
    env: { OTEL_RESOURCE_ATTRIBUTES: "service.criticality=critical" },
  });
  const team = await runTeam({ otlpUrl, service: "research-team" });
  const program = await startWorking(otlpGrpcUrl);
  const working = inBackground(program.isWorking as Promise<void>);
  const sampled = inBackground(working.then(() => runSampled(otlpUrl)));
  return {
    stack,
    team,
    outage,
    sampled,
    working,
    close: async () => {
      await program.close();
      await Promise.allSettled([sampled]);
    },
  };
}
