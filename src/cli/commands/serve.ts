import { defineCommand, EXIT, UsageError } from "../command.ts";
import { readEmbeddedSettings, startEmbedded } from "../embedded.ts";
import { EMBEDDED_FLAGS, embeddedValues } from "../embedded-flags.ts";
import { interruption } from "../interruption.ts";
import { remark } from "../output.ts";

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Runs the embedded process in the foreground until Ctrl-C: it takes OTLP, keeps it on disk, evaluates the alert rules and answers as Prometheus, Loki and Jaeger do. Every flag is also a variable and a key of observatory.yaml: docs/configuration.md.",
  examples: ["agent-observatory serve", "agent-observatory serve --port 5319 --retention-max-age 3d"],
  flags: {
    json: { kind: "switch", doc: "Say the addresses as JSON on stdout, once they are open." },
    ...EMBEDDED_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`serve takes flags only, got ${JSON.stringify(positionals[0])}`);
    const settings = readEmbeddedSettings(embeddedValues(flags), terminal);
    // Heard from the beginning: whoever interrupts the start wants an orderly end as well.
    const interrupted = interruption();
    const { urls, close } = await startEmbedded(settings);
    if (flags["json"] === true)
      terminal.out.write(`${JSON.stringify({ ...urls, dataDirectory: settings.dataDirectory })}\n`);
    else
      remark(
        terminal,
        `agent-observatory: ${urls.web} · OTLP at ${urls.otlpHttp} and ${urls.otlpGrpc} (gRPC) · data in ${settings.dataDirectory} · Ctrl-C ends it`,
      );
    await interrupted;
    await close();
    return EXIT.ok;
  },
});
