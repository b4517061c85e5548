import { defineCommand, EXIT, UsageError } from "../command.ts";
import { STACK_URLS } from "../connection.ts";
import { readEmbeddedSettings } from "../embedded.ts";
import { EMBEDDED_FLAGS, embeddedValues } from "../embedded-flags.ts";
import { CONNECTION_FLAGS, CONNECTION_VARIABLES } from "../flags.ts";
import { interruption } from "../interruption.ts";
import { remark } from "../output.ts";

const { host, port, "allowed-hosts": allowedHosts } = EMBEDDED_FLAGS as Required<typeof EMBEDDED_FLAGS>;
const LISTENING = { host, port, "allowed-hosts": allowedHosts } as typeof EMBEDDED_FLAGS;
/** Of the stack, where nothing else is said. */
const ALERTMANAGER_URL = "http://127.0.0.1:9093";
const OTLP_URL = "http://127.0.0.1:4318";

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Serves the web page beside a stack, until Ctrl-C: what it asks is passed on to Prometheus, Loki, Jaeger and Alertmanager, and nothing else is. Their passwords (`http://user:password@host`) stay here. Where other machines reach it, AGENT_OBSERVATORY_TOKEN is what people enter. The embedded process has the page itself.",
  examples: [
    "agent-observatory page",
    "agent-observatory page --port 5319 --prometheus-url http://mimir:9009/prometheus --loki-url http://loki:3100",
  ],
  flags: {
    "prometheus-url": { ...CONNECTION_FLAGS["prometheus-url"], doc: `Prometheus; ${STACK_URLS.Prometheus}.` },
    "loki-url": { ...CONNECTION_FLAGS["loki-url"], doc: `Loki; ${STACK_URLS.Loki}.` },
    "jaeger-url": { ...CONNECTION_FLAGS["jaeger-url"], doc: `Jaeger; ${STACK_URLS.Jaeger}.` },
    "alertmanager-url": { kind: "text", value: "URL", doc: `Alertmanager, for silences; ${ALERTMANAGER_URL}.` },
    "otlp-url": { kind: "text", value: "URL", doc: `Where feedback is sent, as OTLP over HTTP; ${OTLP_URL}.` },
    json: { kind: "switch", doc: "Say the address as JSON on stdout, once it is open." },
    ...LISTENING,
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(`page takes flags only, got ${JSON.stringify(positionals[0])}`);
    const settings = readEmbeddedSettings(embeddedValues(flags), terminal);
    const urlOf = (name: "prometheus-url" | "loki-url" | "jaeger-url", standard: string): string =>
      flags[name] ?? (terminal.env[CONNECTION_VARIABLES[name]] || standard);
    const interrupted = interruption();
    const { startStackPage } = await import("../../observatory/index.ts");
    const { url, close } = await startStackPage({
      host: settings.host,
      port: settings.port,
      allowedHosts: settings.allowedHosts,
      ...(settings.token !== undefined && { token: settings.token }),
      prometheusUrl: urlOf("prometheus-url", STACK_URLS.Prometheus),
      lokiUrl: urlOf("loki-url", STACK_URLS.Loki),
      jaegerUrl: urlOf("jaeger-url", STACK_URLS.Jaeger),
      alertmanagerUrl: flags["alertmanager-url"] ?? ALERTMANAGER_URL,
      otlpUrl: flags["otlp-url"] ?? OTLP_URL,
    });
    if (flags.json) terminal.out.write(`${JSON.stringify({ web: url })}\n`);
    else remark(terminal, `agent-observatory: the page is at ${url} · Ctrl-C ends it`);
    await interrupted;
    await close();
    return EXIT.ok;
  },
});
