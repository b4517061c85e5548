/** The programs that the checks look at: started once, those that take long in the background of the first checks. */
import { readFileSync } from "node:fs";
import { createLlmDouble, failures } from "../../../examples/support/llm-double.ts";
import { AT_WORK } from "../../dashboards/program-at-work.ts";
import { startDesk } from "../../examples/observed-support-desk.ts";
import { DESK_SETTINGS, drive } from "../../examples/support-desk-drive.ts";
import { type AtWork, runTeam, startAmongLibraries, type TeamRun } from "./programs.ts";
import type { Stack } from "./stack.ts";
import { pause } from "./wait-until.ts";

/** Reports of the sampled team: so many that, at one in ten, none or all being kept does not happen. */
export const SAMPLED = { whole: 3, failed: 100 } as const;

export const IN_TROUBLE = "in-trouble";

export type Scenario = {
  readonly stack: Stack;
  /** One report, as the demo makes it. */
  readonly team: TeamRun;
  /** A critical service in an outage: every report fails, then it ends. */
  readonly outage: TeamRun;
  /** Another team, of whose traces one in ten is sent. */
  readonly sampled: Promise<readonly [TeamRun, TeamRun]>;
  /** The support desk, after everything that is done to it. */
  readonly desk: Promise<void>;
  /** A program in the middle of its work; resolves when it is. */
  readonly working: Promise<void>;
  /** A program with every trouble that a rule looks for; resolves when it has it. */
  readonly trouble: Promise<AtWork>;
  close(): Promise<void>;
};

async function runSampled(otlpUrl: string): Promise<readonly [TeamRun, TeamRun]> {
  // Every report of the demo has an error in it, by which all of them would be kept.
  const env = { TRACING_SAMPLE_RATE: "0.1", AGENT_OBSERVATORY_KEEP_ERRORS: "false" };
  const options = { otlpUrl, service: "sampled-team", env };
  const whole = await runTeam({ ...options, runs: SAMPLED.whole });
  return [whole, await runTeam({ ...options, runs: SAMPLED.failed, failing: true })];
}

/** The model of all that goes wrong. Two million tokens of gpt-4o are five dollars; 31 s are more than a model may take. */
const createTroubledModel = () =>
  createLlmDouble({
    respond: ({ model }) => {
      if (model === "slow-model") return { hang: true };
      if (model === "gpt-5") return { latencyMs: 31_000, usage: { inputTokens: 5, outputTokens: 5 } };
      if (model === "gpt-4o") return { usage: { inputTokens: 2_000_000, outputTokens: 5 } };
      if (model === "gpt-4.1-mini") return failures.rateLimited();
      return { usage: { inputTokens: 5, outputTokens: 5 } };
    },
  });

const TOO_OLD_MS = 30 * 24 * 3_600_000;

/** Log lines that Loki does not take, as they are older than a week: three times, because one more is what rules see. */
async function sendOldLines(otlpUrl: string): Promise<void> {
  for (let sent = 0; sent < 3; sent++) {
    if (sent > 0) await pause(20_000);
    const record = { timeUnixNano: `${Date.now() - TOO_OLD_MS}000000`, body: { stringValue: "long ago" } };
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "late-program" } }] };
    await fetch(`${otlpUrl}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
    });
  }
}

const IN_TROUBLE_SOURCE = readFileSync(new URL("../programs/in-trouble.mjs", import.meta.url), "utf8");

/** What takes long has a moment to fail before anybody looks; the one who looks gets the failure. */
function inBackground<T>(task: Promise<T>): Promise<T> {
  task.catch(() => undefined);
  return task;
}

export async function playScenario(stack: Stack): Promise<Scenario> {
  const { otlpUrl, otlpGrpcUrl } = stack;
  const double = await createTroubledModel().start();
  const started: AtWork[] = [];
  const startProgram = async (source: string, env: Readonly<Record<string, string>>): Promise<AtWork> => {
    const model = { OPENAI_BASE_URL: double.url, OPENAI_API_KEY: "sk-demo" };
    const program = await startAmongLibraries(source, {
      ...model,
      OTEL_METRIC_EXPORT_INTERVAL: "2000",
      ...env,
    });
    started.push(program);
    return program;
  };
  const startTrouble = async (): Promise<AtWork> => {
    const program = await startProgram(IN_TROUBLE_SOURCE, {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_SERVICE_NAME: IN_TROUBLE,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=production",
      AGENT_OBSERVATORY_HEALTH_INTERVAL_MS: "1000",
      AGENT_OBSERVATORY_LABEL_VALUE_LIMIT: "30",
    });
    await program.says("in trouble");
    return program;
  };
  const startWorking = async (): Promise<void> => {
    const program = await startProgram(AT_WORK, {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpGrpcUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_SERVICE_NAME: "dispatch",
      OTEL_RESOURCE_ATTRIBUTES: "service.namespace=acme,deployment.environment.name=staging",
      LOG_SAMPLE_BURST: "5",
    });
    await program.says("working");
  };
  const driveDesk = async (): Promise<void> => {
    await using desk = await startDesk(otlpUrl, DESK_SETTINGS);
    await drive(desk);
  };
  const close = async (): Promise<void> => {
    await Promise.all(started.map((program) => program.close()));
    await double.close();
  };
  try {
    // First, because its alerts take longest.
    const trouble = inBackground(startTrouble());
    const late = inBackground(sendOldLines(otlpUrl));
    // Five: three failures are what the rules want at least.
    // And a service that must be running: when its process ends that is news, too.
    const outage = await runTeam({
      otlpUrl,
      service: "team-in-outage",
      runs: 5,
      failing: true,
      env: { OTEL_RESOURCE_ATTRIBUTES: "service.criticality=critical" },
    });
    const team = await runTeam({ otlpUrl, service: "research-team" });
    const working = inBackground(startWorking());
    const desk = inBackground(working.then(driveDesk));
    const sampled = inBackground(Promise.allSettled([desk]).then(() => runSampled(otlpUrl)));
    return {
      stack,
      team,
      outage,
      sampled,
      desk,
      working,
      trouble,
      close: async () => {
        await Promise.allSettled([sampled, trouble, late]);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
