/** Programs that bring an OpenTelemetry SDK of their own, and what their own back end was sent. */
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import type { ProgramRun, RunOptions } from "../process/run-program.ts";
import { runProgram } from "../process/run-program.ts";

export const SCOPE = "agent-observatory";

/** The SDK's lines, by the names under which this folder has them. */
export const SDKS = { "1.x": "otel-sdk-node-1", "2.x": "otel-sdk-node-2", "3.x": "@opentelemetry/sdk-node" } as const;
export type SdkLine = keyof typeof SDKS;

/** A span as the program's own exporter got it. */
export type TheirSpan = {
  readonly name: string;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** Names that every program here may use: `exported`, `startSdk()`, `base`, and `tell(result)`, which ends it. */
const prelude = (line: SdkLine, config: string): string => `
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const { NodeSDK } = require("${SDKS[line]}");
  // The very copy that the SDK uses: as a module the API would be there twice.
  const { context, propagation, SpanStatusCode, trace } = require("@opentelemetry/api");
  const exported = [];
  const exporter = {
    export: (spans, done) => {
      for (const span of spans) exported.push({
        name: span.name,
        scope: (span.instrumentationScope ?? span.instrumentationLibrary).name,
        traceId: span.spanContext().traceId,
        spanId: span.spanContext().spanId,
        parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId,
        attributes: span.attributes,
      });
      done({ code: 0 });
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const startSdk = () => {
    const sdk = new NodeSDK({ serviceName: "mine", autoDetectResources: false, metricReaders: [], logRecordProcessors: [],
      traceExporter: exporter, ...(${config}) });
    sdk.start();
    return sdk;
  };
  const base = process.env.BASE;
  const chat = async (prompt) => (await (await fetch(base + "/chat/completions", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: prompt }] }),
  })).json()).choices[0].message.content;
  const tell = (result) => console.log(JSON.stringify({ result, exported }));
`;

export type JoinedRun = ProgramRun & { readonly result: unknown; readonly theirs: readonly TheirSpan[] };

export type JoinedOptions = RunOptions & {
  readonly line: SdkLine;
  /** More of the SDK's configuration, as the program would write it. */
  readonly config?: string;
};

/** Runs a program with a model server to ask. */
export async function runJoined(source: string, options: JoinedOptions): Promise<JoinedRun> {
  const { line, config = "{}", ...rest } = options;
  await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
  const run = await runProgram(prelude(line, config) + source, {
    directory: import.meta.dirname,
    conventions: false,
    ...rest,
    env: { BASE: double.url, ...rest.env },
  });
  const said = run.stdout.trim() === "" ? { result: undefined, exported: [] } : JSON.parse(run.stdout);
  return { ...run, result: said.result, theirs: said.exported };
}
