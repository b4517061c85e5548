import { loadConfig } from "../../config/index.ts";
import { formatDuration } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS } from "../flags.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { adviceFor, destinationOf } from "../probe/advice.ts";
import { type Finding, findProbe } from "../probe/find.ts";
import { PROBE_SERVICE, sendProbe } from "../probe/send.ts";
import { RUN_ATTRIBUTE } from "../run-summary.ts";
import { oneLine } from "../text-width.ts";
import { parseDuration } from "../times.ts";

const WAIT_MS = 30_000;

type Result = Finding & { readonly todo: string | undefined };

function renderResults(results: readonly Result[], { paint }: Terminal): string[] {
  const mark = { found: paint.green("✓"), missing: paint.red("✗"), off: paint.dim("–") };
  return results.flatMap(({ signal, backend, url, status, afterMs, found, todo }) => {
    const time = afterMs === undefined ? "" : ` after ${formatDuration(afterMs)}`;
    const line = `${mark[status]} ${signal.padEnd(8)} ${backend} at ${url}: ${oneLine(found)}${time}`;
    return todo === undefined ? [line] : [line, `           ${paint.dim(oneLine(todo))}`];
  });
}

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Sends a probe (an agent run with a tool call, a model call of two tokens and a log line) with the settings of this folder, through the same preload and exporter as any program here, and finds it again in every back end, with the times that took. What is missing is said, and what to look at. Ends with 0 where all was found, else with 1. The probe stays in the back ends as service `agent-observatory-test`; it calls nobody but a model of its own.",
  examples: ["agent-observatory test", "agent-observatory test --wait 2m --json"],
  flags: {
    wait: { kind: "text", value: "DURATION", doc: "How long to look for it; 30s." },
    json: { kind: "switch", doc: "One JSON document instead of a table." },
    ...CONNECTION_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`test takes flags only, got ${JSON.stringify(positionals[0])}`);
    const forMs = flags.wait === undefined ? WAIT_MS : parseDuration("wait", flags.wait);
    const { env, cwd, clock } = terminal;
    const { config, problems } = loadConfig({ env, cwd });
    for (const { message } of problems) remark(terminal, `agent-observatory: ${message}`);
    if (!config.enabled) {
      remark(terminal, "Nothing is recorded in this folder: TRACING_ENABLED or OTEL_SDK_DISABLED switches it off.");
      return EXIT.nothing;
    }
    const { backends, place } = await connect(flags, terminal);
    const nowMs = (): number => clock.nowMs();
    const probe = await sendProbe(env, (text) => remark(terminal, `agent-observatory: ${text}`), nowMs);
    // What went nowhere is not waited for.
    const patience = probe.trouble === undefined && config.exporter === "otlp" ? forMs : 0;
    const findings = await findProbe(backends, probe, {
      signals: config.signals,
      runAttribute: RUN_ATTRIBUTE,
      forMs: patience,
      nowMs,
    });
    const results = findings.map((one): Result => ({ ...one, todo: adviceFor(one, config, probe, place) }));
    const well = probe.trouble === undefined && results.every(({ status }) => status !== "missing");
    if (flags.json)
      writeJson(terminal, {
        well,
        probeId: probe.id,
        service: PROBE_SERVICE,
        sentMs: probe.endMs - probe.startMs,
        trouble: probe.trouble ?? null,
        results: results.map(({ afterMs, todo, ...one }) => ({ ...one, afterMs: afterMs ?? null, todo: todo ?? null })),
      });
    else {
      const destination = destinationOf(config, "traces");
      const took = formatDuration(probe.endMs - probe.startMs);
      const sent = probe.trouble === undefined ? `sent to ${destination} in ${took}` : `was not sent: ${probe.trouble}`;
      const { paint } = terminal;
      writeLines(terminal, [
        `${probe.trouble === undefined ? paint.green("✓") : paint.red("✗")} probe    ${sent}`,
        ...renderResults(results, terminal),
      ]);
    }
    return well ? EXIT.ok : EXIT.nothing;
  },
});
