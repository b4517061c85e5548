/** The embedded process inside the test, on ports and in a directory of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type EmbeddedConfig, loadEmbeddedConfig } from "../../src/config/index.ts";
import { type Observatory, type ObservatoryOptions, startObservatory } from "../../src/observatory/index.ts";

export type RunningObservatory = AsyncDisposable &
  Observatory & {
    /** What is said on stderr. */
    readonly said: readonly string[];
    readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Got>;
    /** Data of a JSON answer. */
    readonly data: <T>(path: string, parameters?: Readonly<Record<string, string>>) => Promise<T>;
  };
export type Got = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string };

export type StartOptions = { readonly settings?: Partial<EmbeddedConfig>; readonly ownTelemetry?: boolean };

export async function createDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "observatory-"));
}

/** A file that routes every alert to the webhooks without waiting for its like; its path. */
export async function writeQuickRouting(directory: string): Promise<string> {
  const file = join(directory, "routing.yml");
  const webhooks = 'webhook_configs: [{ url_file: "${SECRETS}/webhook_url" }]';
  await writeFile(
    file,
    `route: { receiver: all, group_by: [alertname, job], group_wait: 0s, group_interval: 1s }\nreceivers: [{ name: all, ${webhooks} }]`,
  );
  return file;
}

/** Settings as they are without any setting, but for ports and the directory. */
export function testSettings(directory: string, settings: Partial<EmbeddedConfig> = {}): EmbeddedConfig {
  const flags = { port: "0", "otlp-http-port": "0", "otlp-grpc-port": "0", "data-directory": directory };
  return { ...loadEmbeddedConfig({ env: {}, cwd: directory, flags }).config, ...settings };
}

/** As a browser or curl asks; the Host header can be anything. */
export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
  body = "",
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, method, agent: false }, async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export async function runObservatory({
  settings = {},
  ownTelemetry = false,
}: StartOptions = {}): Promise<RunningObservatory> {
  const directory = settings.dataDirectory ?? (await createDirectory());
  const said: string[] = [];
  const options: ObservatoryOptions = {
    ownTelemetry,
    diagnostics: { warnOnce: (_key, message) => void said.push(message), debug: () => {} },
  };
  const observatory = await startObservatory(testSettings(directory, settings), options);
  const get = (path: string, headers = {}): Promise<Got> => ask(`${observatory.urls.web}${path}`, headers);
  return {
    ...observatory,
    said,
    get,
    data: async (path, parameters) => {
      const { body } = await get(parameters === undefined ? path : `${path}?${new URLSearchParams(parameters)}`);
      return (JSON.parse(body) as { data: never }).data;
    },
    [Symbol.asyncDispose]: async () => {
      await observatory.close();
      if (settings.dataDirectory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

const RESOURCE = { attributes: [{ key: "service.name", value: { stringValue: "program" } }] };
const nanos = (ms: number): string => `${BigInt(Math.floor(ms)) * 1_000_000n}`;
const unhex = (number: number, length: number): string => number.toString(16).padStart(length, "0");

/** One export request as OTLP/JSON; `timeMs` for all it has. */
export const otlp = {
  span: (id: number, timeMs: number, name = "work") => ({
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [
          {
            spans: [
              {
                traceId: unhex(id, 32),
                spanId: unhex(id, 16),
                name,
                kind: 1,
                startTimeUnixNano: nanos(timeMs),
                endTimeUnixNano: nanos(timeMs + 5),
              },
            ],
          },
        ],
      },
    ],
  }),
  gauge: (name: string, timeMs: number, values: readonly number[]) => ({
    resourceMetrics: [
      {
        resource: RESOURCE,
        scopeMetrics: [
          {
            metrics: [
              {
                name,
                gauge: {
                  dataPoints: values.map((asDouble, index) => ({
                    asDouble,
                    timeUnixNano: nanos(timeMs),
                    attributes: [{ key: "index", value: { stringValue: String(index) } }],
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  }),
  logs: (lines: readonly string[], timeMs: number) => ({
    resourceLogs: [
      {
        resource: RESOURCE,
        scopeLogs: [
          {
            logRecords: lines.map((line, index) => ({
              timeUnixNano: `${BigInt(Math.floor(timeMs)) * 1_000_000n + BigInt(index)}`,
              body: { stringValue: line },
            })),
          },
        ],
      },
    ],
  }),
};

export async function send(url: string, signal: "traces" | "metrics" | "logs", body: object): Promise<Response> {
  return fetch(`${url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
