// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is what the file has.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  EMBEDDED_SETTINGS,
  type EmbeddedInput,
  embeddedError,
  type LoadedEmbeddedConfig,
  loadConfig,
  loadEmbeddedConfig,
} from "../../src/config/index.ts";

function load(
  yaml: string,
  { env = {}, flags = {} }: Partial<EmbeddedInput> = {},
): LoadedEmbeddedConfig & { cwd: string } {
  const cwd = mkdtempSync(join(tmpdir(), "observatory-embedded-"));
  writeFileSync(join(cwd, "observatory.yaml"), yaml);
  return { ...loadEmbeddedConfig({ env, cwd, flags }), cwd };
}

const WHOLE = `
embedded:
  host: 0.0.0.0
  port: 1
  otlpHttpPort: 2
  otlpGrpcPort: 0
  dataDirectory: data
  retention: { maxAge: 1w1d, maxSize: 1.5GB }
  maxSeriesPerDay: 9
  maxRequestSize: 1kB
  query: { timeout: 1m30s, threads: 4, memory: 1024 }
  rules:
    files: [alerts/*.yml, /etc/more.yml]
    alertmanagers: http://a:9093,http://b:9093/x
    webhooks: [https://hooks.test/secret]
    watchdogs: https://alive.test/secret
    routing: routing.yml
    noPageEnvironments: none
  externalUrl: https://observatory.test/
  token: "5"
  allowedHosts: observatory.test
  corsOrigins: ["*"]
telemetry:
  serviceName: \${NOT_SET}
  wrong: 1
`;

describe("settings of the embedded process", () => {
  it("can all stand in observatory.yaml, beside a section that is not their concern", () => {
    const { config, problems, cwd } = load(WHOLE);
    assert.deepEqual(problems, []);
    assert.deepEqual(config, {
      host: "0.0.0.0",
      port: 1,
      otlpHttpPort: 2,
      otlpGrpcPort: 0,
      dataDirectory: join(cwd, "data"),
      retention: { maxAgeMs: 8 * 86_400_000, maxSizeBytes: 1.5 * 1024 ** 3 },
      maxSeriesPerDay: 9,
      maxRequestSizeBytes: 1024,
      query: { timeoutMs: 90_000, threads: 4, memoryBytes: 1024 },
      rules: {
        files: [join(cwd, "alerts/*.yml"), "/etc/more.yml"],
        alertmanagers: ["http://a:9093", "http://b:9093/x"],
        webhooks: ["https://hooks.test/secret"],
        watchdogs: ["https://alive.test/secret"],
        routing: join(cwd, "routing.yml"),
        noPageEnvironments: "",
      },
      externalUrl: "https://observatory.test",
      token: "5",
      allowedHosts: ["observatory.test"],
      corsOrigins: ["*"],
    });
  });

  it("are taken from the command line before the environment before the file", () => {
    const yaml = "embedded:\n  port: 1\n  host: a\n  query: { threads: 7 }\n";
    const env = { AGENT_OBSERVATORY_PORT: "2", AGENT_OBSERVATORY_HOST: "b" };
    const { config, problems } = load(yaml, { env, flags: { port: "3" } });
    assert.deepEqual([config.port, config.host, config.query.threads, problems], [3, "b", 7, []]);
  });

  it("expand ~ in the data directory", () => {
    assert.equal(load("embedded: { dataDirectory: ~/data }").config.dataDirectory, join(homedir(), "data"));
  });

  it("with mistakes keep it from starting, and are told where they are written, without secrets", () => {
    const yaml =
      "embedded:\n  port: 99999\n  retention: { maxAge: 15 }\n  prot: 1\n  rules: { webhooks: hooks.test/secret-path }\n";
    const loaded = load(yaml, {
      env: { AGENT_OBSERVATORY_QUERY_MEMORY: "much" },
      flags: { "retention-max-size": "0" },
    });
    const messages = loaded.problems.map(({ message }) => message);
    assert.deepEqual(messages.toSorted(), [
      '--retention-max-size: expected a size such as 512MB or 10GB, got "0"; using 5368709120 instead.',
      'AGENT_OBSERVATORY_QUERY_MEMORY: expected a size such as 512MB or 10GB, got "much"; using 268435456 instead.',
      "observatory.yaml:2: embedded.port: expected a port number from 0 to 65535, got 99999; using 4319 instead.",
      "observatory.yaml:3: embedded.retention.maxAge: expected a duration such as 30s, 1h30m or 15d, got 15; using 1296000000 instead.",
      'observatory.yaml:4: embedded.prot: expected port, got the unknown key "prot"; it is ignored.',
    ]);
    assert.equal(embeddedError(loaded)?.code, "AO_CONFIG_INVALID");
    assert.match(embeddedError(loaded)?.message ?? "", /got 5: /);
    assert.equal(embeddedError(load("embedded: { port: 1 }")), undefined);
  });

  it("tell of a variable that nothing reads", () => {
    const { problems } = load("", { env: { AGENT_OBSERVATORY_PROT: "1", AGENT_OBSERVATORY_STRICT: "true" } });
    assert.deepEqual(
      problems.map(({ severity, key }) => [severity, key]),
      [["hint", "AGENT_OBSERVATORY_PROT"]],
    );
  });

  it("never show a secret", () => {
    const { problems } = load("embedded: { rules: { webhooks: [ftp://hooks.test/secret-path] }, token: [secret] }");
    assert.equal(problems.length, 2);
    assert.ok(problems.every(({ message }) => !message.includes("secret-path") && !message.includes("[secret]")));
  });

  it("are no mistake to a program that is observed", () => {
    const env = Object.fromEntries(
      Object.values(EMBEDDED_SETTINGS).flatMap(({ env: names }) => names.map((name) => [name, "x.yaml"])),
    );
    const cwd = mkdtempSync(join(tmpdir(), "observatory-embedded-"));
    writeFileSync(join(cwd, "x.yaml"), "embedded:\n  wrong: ${NOT_SET}\ntelemetry: { serviceName: right }\n");
    const { config, problems } = loadConfig({ env, cwd });
    assert.deepEqual([config.serviceName, problems], ["right", []]);
  });
});
