import { defineCommand, EXIT, UsageError } from "../command.ts";
import { readEmbeddedSettings, startEmbedded } from "../embedded.ts";
import { EMBEDDED_FLAGS, embeddedValues } from "../embedded-flags.ts";
import { hangup, interruption } from "../interruption.ts";
import { remark } from "../output.ts";

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Runs the embedded process in the foreground until Ctrl-C: it takes OTLP, keeps it on disk, evaluates the alert rules and answers as Prometheus, Loki and Jaeger do. SIGHUP makes it read the rule files again. Every flag is also a variable and a key of observatory.yaml: docs/configuration.md.",
  examples: ["agent-observatory serve", "agent-observatory serve --port 5319 --retention-max-age 3d"],
  flags: {
    json: { kind: "switch", doc: "Say the addresses as JSON on stdout, once they are open." },
    ...EMBEDDED_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`serve takes flags only, got ${JSON.stringify(positionals[0])}`);
    const settings = readEmbeddedSettings(embeddedValues(flags), terminal);
    const say = (text: string): void => remark(terminal, `agent-observatory: ${text}`);
    // Heard from the beginning: whoever interrupts the start wants an orderly end as well.
    const interrupted = interruption(["SIGINT", "SIGTERM"]);
    const starting = startEmbedded(settings);
    const readRules = async (): Promise<void> => {
      const { reload } = await starting;
      await reload().then(
        () => say("the rule files were read again"),
        (error: Error) => say(error.message),
      );
    };
    const hungUp = hangup(() => void readRules().catch(() => {}));
    const { urls, close } = await starting;
    if (flags["json"] === true)
      terminal.out.write(`${JSON.stringify({ ...urls, dataDirectory: settings.dataDirectory })}\n`);
    else
      say(
        `the page is at ${urls.web} · OTLP at ${urls.otlpHttp} and ${urls.otlpGrpc} (gRPC) · data in ${settings.dataDirectory} · Ctrl-C ends it`,
      );
    await Promise.race([interrupted, hungUp]);
    await close();
    return EXIT.ok;
  },
});
