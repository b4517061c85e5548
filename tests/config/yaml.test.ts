// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is what the file has.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { FILE_SETTINGS, type LoadedConfig, loadConfig } from "../../src/config/index.ts";

function load(yaml: string, env: NodeJS.ProcessEnv = {}): LoadedConfig {
  const cwd = mkdtempSync(join(tmpdir(), "observatory-yaml-"));
  writeFileSync(join(cwd, "observatory.yaml"), yaml);
  return loadConfig({ env, cwd });
}

const messages = (yaml: string, env?: NodeJS.ProcessEnv): string[] =>
  load(yaml, env).problems.map((problem) => problem.message);

const WHOLE = `
telemetry:
  enabled: true
  serviceName: writer
  serviceVersion: 1.2
  environment: production
  resourceAttributes: { team: agents, tier: 1 }
  exporter: console
  otlp:
    endpoint: http://collector:4318
    tracesEndpoint: http://a/t
    metricsEndpoint: http://a/m
    logsEndpoint: http://a/l
    headers: { x-a: 1 }
    tracesHeaders: { x-b: 2 }
    metricsHeaders: {}
    logsHeaders: {}
    protocol: grpc
    timeoutMs: 1
    compression: gzip
  signals: { traces: false, metrics: false, logs: false }
  sampleRatio: 0.5
  sampling: { keepErrors: no, keepSlowerThanMs: 9000, keepCostlierThanUsd: 0.25 }
  captureContent: true
  debug: { sessions: [s-1], users: [u-1, u-2], fromCallers: yes }
  contentMaxLength: 2
  metrics: { exportIntervalMs: 3, pullPort: 4, pullHost: 0.0.0.0, labelValueLimit: 5, runtime: no }
  health: { port: 10, host: "::1", intervalMs: 11 }
  api: { rateLimit: 12, rateWindowSeconds: 13 }
  export: { batchIntervalMs: 6, queueSize: 70, batchSize: 8, exitTimeoutMs: 9 }
  propagation: { childProcesses: no, contextHosts: [.example.com] }
  instrumentations: { disabled: [pg, dns] }
  budgets:
    limits:
      - { name: run, per: run, limit: { usd: 0.5, calls: 14 }, mode: block }
      - { name: day, per: day, limit: { tokens: 15 }, match: { agent: research*, model: gpt-4.1 } }
    onFault: closed
    loops: block
    loopRepeats: 16
  prices:
    models:
      gpt-4.1: { input: 1.5, output: 6, cacheRead: 0.1, cacheWrite: 2 }
      own: { input: 0, output: 0 }
  errors: { tracking: no, patterns: [{ name: down, types: [ApiError], threshold: 12, windowMs: 13, notify: "http://h/x" }] }
  reportFile: report.jsonl
  strict: true
  logLevel: debug
  logging:
    level: silly
    format: text
    caller: always
    console: none
    file: a.log
    errorFile: b.log
    maxFileSizeBytes: 1MB
    maxFiles: 2
    syslog: udp://logs.example
    syslogFacility: local7
    sampleRates: { debug: 0.1 }
    sampleBurst: 9
    captureConsole: true
`;

describe("observatory.yaml", () => {
  it("can set everything that a file may set", () => {
    const { config, problems } = load(WHOLE);
    assert.deepEqual(problems, []);
    assert.deepEqual(config, {
      enabled: true,
      serviceName: "writer",
      serviceVersion: "1.2",
      environment: "production",
      resourceAttributes: { team: "agents", tier: "1" },
      exporter: "console",
      otlp: {
        tracesUrl: "http://a/t",
        metricsUrl: "http://a/m",
        logsUrl: "http://a/l",
        headers: { "x-a": "1" },
        signalHeaders: { traces: { "x-a": "1", "x-b": "2" }, metrics: { "x-a": "1" }, logs: { "x-a": "1" } },
        protocol: "grpc",
        timeoutMs: 1,
        compression: "gzip",
      },
      signals: { traces: false, metrics: false, logs: false },
      sampleRatio: 0.5,
      sampling: { parentBased: true, keep: { errors: false, slowerThanMs: 9000, costlierThanUsd: 0.25 } },
      captureContent: true,
      debug: { sessions: ["s-1"], users: ["u-1", "u-2"], fromCallers: true },
      contentMaxLength: 2,
      metrics: { exportIntervalMs: 3, pullPort: 4, pullHost: "0.0.0.0", labelValueLimit: 5, runtime: false },
      health: { port: 10, host: "::1", intervalMs: 11 },
      api: { rateLimit: 12, rateWindowSeconds: 13 },
      export: { batchIntervalMs: 6, queueSize: 70, batchSize: 8, exitTimeoutMs: 9 },
      propagation: { childProcesses: false, contextHosts: [".example.com"] },
      instrumentations: { disabled: ["pg", "dns"] },
      budgets: {
        limits: [
          { name: "run", per: "run", limit: { usd: 0.5, calls: 14 }, match: {}, mode: "block" },
          {
            name: "day",
            per: "day",
            limit: { tokens: 15 },
            match: { agent: "research*", model: "gpt-4.1" },
            mode: "warn",
          },
        ],
        onFault: "closed",
        loops: "block",
        loopRepeats: 16,
      },
      prices: {
        models: {
          "gpt-4.1": { input: 1.5, output: 6, cacheRead: 0.1, cacheWrite: 2 },
          own: { input: 0, output: 0 },
        },
      },
      errors: {
        tracking: false,
        patterns: [{ name: "down", types: ["ApiError"], threshold: 12, windowMs: 13, notify: "http://h/x" }],
      },
      reportFile: "report.jsonl",
      strict: true,
      logLevel: "debug",
      logging: {
        level: "silly",
        format: "text",
        caller: "always",
        console: "none",
        file: "a.log",
        errorFile: "b.log",
        maxFileSizeBytes: 1_048_576,
        maxFiles: 2,
        syslog: "udp://logs.example",
        syslogFacility: "local7",
        sampleRates: { debug: 0.1 },
        sampleBurst: 9,
        captureConsole: true,
      },
    });
    for (const name of FILE_SETTINGS)
      assert.match(WHOLE, new RegExp(`\\b${name.split(".").at(-1)}:`), `the test sets ${name}`);
  });

  it("gives way to the environment and goes before the defaults", () => {
    const { config } = load(
      "telemetry: { serviceName: file, sampleRatio: 0.5, logLevel: info, signals: { metrics: false } }",
      {
        OTEL_SERVICE_NAME: "env",
        OTEL_TRACES_SAMPLER: "always_off",
        OTEL_METRICS_EXPORTER: "otlp",
      },
    );
    assert.deepEqual(
      [config.serviceName, config.sampleRatio, config.logLevel, config.signals.metrics],
      ["env", 0, "info", true],
    );
  });

  it("merges lists and attributes with those of the environment", () => {
    const { config } = load(
      "telemetry: { instrumentations: { disabled: [pg] }, resourceAttributes: { a: file, b: file } }",
      {
        OTEL_NODE_DISABLED_INSTRUMENTATIONS: "dns",
        OTEL_RESOURCE_ATTRIBUTES: "a=env",
      },
    );
    assert.deepEqual(config.instrumentations.disabled, ["dns", "pg"]);
    assert.deepEqual(config.resourceAttributes, { a: "env", b: "file" });
  });

  it("takes references to variables, with defaults, and keeps their kind", () => {
    const yaml = [
      "telemetry:",
      "  serviceName: ${NAME}-service",
      "  sampleRatio: ${RATIO}",
      "  captureContent: ${CAPTURE:-true}",
      "  environment: ${STAGE:-dev}",
      "  otlp: { endpoint: '${HOST:-http://fallback:4318}', headers: { x-key: '${KEY}' } }",
      "  resourceAttributes: { price: '$${x}', number: '${RATIO}' }",
    ].join("\n");
    const { config, problems } = load(yaml, { NAME: "a", RATIO: "0.5", KEY: "k", STAGE: "" });
    assert.deepEqual(problems, []);
    assert.equal(config.serviceName, "a-service");
    assert.equal(config.sampleRatio, 0.5);
    assert.equal(config.captureContent, true);
    assert.equal(config.environment, "dev");
    assert.equal(config.otlp.tracesUrl, "http://fallback:4318/v1/traces");
    assert.deepEqual(config.otlp.headers, { "x-key": "k" });
    assert.deepEqual(config.resourceAttributes, { price: "${x}", number: "0.5" });
  });

  it("leaves the digits of a version, an id or a token as they are, and counts with those of a price", () => {
    const yaml = [
      "telemetry:",
      "  serviceVersion: ${V}",
      "  otlp:\n    headers:\n      x-key: ${V}",
      "  resourceAttributes:\n    build: ${V}",
      "  debug:\n    users:\n      - ${V}",
      "  prices:\n    models:\n      mine:\n        input: ${PRICE}\n        output: ${PRICE}",
    ].join("\n");
    for (const V of ["007", "1.10", "5.", "12e4567", "12345678901234567890", "TRUE"]) {
      const { config, problems } = load(yaml, { V, PRICE: "0.50" });
      assert.deepEqual(problems, []);
      const { serviceVersion, otlp, resourceAttributes, debug, prices } = config;
      assert.deepEqual(
        [serviceVersion, otlp.headers["x-key"], resourceAttributes["build"], debug.users],
        [V, V, V, [V]],
      );
      assert.equal(prices.models["mine"]?.input, 0.5);
    }
  });

  it("cannot be broken by what a variable holds", () => {
    const { config, problems } = load("telemetry: { serviceName: '${NAME}' }", { NAME: "x }\nother: [" });
    assert.deepEqual(problems, []);
    assert.equal(config.serviceName, "x }\nother: [");
  });

  it("may be empty, or hold nothing but comments", () => {
    for (const yaml of ["", "# nothing\n", "telemetry:\n", "telemetry:\n  otlp:\n  sampleRatio:\n"])
      assert.deepEqual(messages(yaml), []);
  });

  it("is found by AGENT_OBSERVATORY_CONFIG, from the working directory on", () => {
    const cwd = mkdtempSync(join(tmpdir(), "observatory-named-"));
    writeFileSync(join(cwd, "mine.yml"), "telemetry: { serviceName: mine, x: 1 }");
    const { config, problems } = loadConfig({ env: { AGENT_OBSERVATORY_CONFIG: "mine.yml" }, cwd });
    assert.equal(config.serviceName, "mine");
    assert.match(problems[0]?.message ?? "", /^mine\.yml:1: telemetry\.x: /);
  });

  it("costs nothing where there is none: neither YAML nor zod is loaded", () => {
    const script = `
      import { createRequire } from "node:module";
      import { loadConfig } from ${JSON.stringify(new URL("../../src/config/index.ts", import.meta.url).href)};
      loadConfig({ env: {}, cwd: ${JSON.stringify(tmpdir())} });
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => /node_modules/.test(path));
      process.stdout.write(JSON.stringify(loaded));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      cwd: tmpdir(),
    });
    assert.equal(stdout, "[]");
  });
});

/** The file, and what is said about it. */
const MISTAKES: readonly (readonly [title: string, yaml: string, expected: readonly string[]])[] = [
  [
    "an unknown key, with the one that was meant",
    "telemetry:\n  otlp:\n    endpont: http://x\n",
    ['observatory.yaml:3: telemetry.otlp.endpont: expected endpoint, got the unknown key "endpont"; it is ignored.'],
  ],
  [
    "an unknown key, with all there are where none is near",
    "telemetry:\n  logging:\n    nonsense: 1\n",
    [
      'observatory.yaml:3: telemetry.logging.nonsense: expected one of level, format, caller, console, file, errorFile, maxFileSizeBytes, maxFiles, syslog, syslogFacility, sampleRates, sampleBurst, captureConsole, got the unknown key "nonsense"; it is ignored.',
    ],
  ],
  [
    "an unknown section",
    "\ntelemtry:\n  strict: true\n",
    ['observatory.yaml:2: telemtry: expected telemetry, got the unknown key "telemtry"; it is ignored.'],
  ],
  [
    "a value of the wrong kind",
    "telemetry:\n  sampleRatio: a lot\n",
    ['observatory.yaml:2: telemetry.sampleRatio: expected a number from 0 to 1, got "a lot"; using 1 instead.'],
  ],
  [
    "a value out of range",
    "telemetry:\n  metrics:\n    # the port\n    pullPort: 99999\n",
    [
      "observatory.yaml:4: telemetry.metrics.pullPort: expected a port number from 1 to 65535, got 99999; using nothing instead.",
    ],
  ],
  [
    "a list where a text belongs",
    "telemetry:\n  serviceName: [a, b]\n",
    [
      'observatory.yaml:2: telemetry.serviceName: expected a text, got ["a","b"]; using "unknown_service:node" instead.',
    ],
  ],
  [
    "a text where a section belongs",
    "telemetry:\n  metrics: yes\n",
    [
      'observatory.yaml:2: telemetry.metrics: expected a section with keys such as exportIntervalMs, pullPort, pullHost, labelValueLimit, runtime, got "yes"; it is ignored.',
    ],
  ],
  [
    "a file that is a list",
    "- a\n- b\n",
    [
      'observatory.yaml:1: the file: expected a section with keys such as telemetry, embedded, got ["a","b"]; it is ignored.',
    ],
  ],
  [
    "a reference to a variable that is not set",
    "telemetry:\n  otlp:\n    endpoint: ${COLLECTOR}\n",
    [
      "observatory.yaml:3: telemetry.otlp.endpoint: expected the environment variable COLLECTOR to be set, got nothing; the key is ignored.",
    ],
  ],
  [
    "a URL without http://",
    "telemetry:\n  otlp:\n    endpoint: collector:4318\n",
    [
      'observatory.yaml:3: telemetry.otlp.endpoint: expected a URL that begins with http:// or https://, got "collector:4318"; using http://collector:4318.',
    ],
  ],
];

describe("a mistake in observatory.yaml", () => {
  for (const [title, yaml, expected] of MISTAKES) {
    it(`is told with its line: ${title}`, () => assert.deepEqual(messages(yaml), expected));
  }

  it("leaves the rest of the file in force", () => {
    const { config, problems } = load(
      "telemetry:\n  sampleRatio: x\n  strict: 7\n  foo: 1\n  serviceName: kept\n  otlp: { headers: 5, timeoutMs: 77 }\n",
    );
    assert.equal(config.serviceName, "kept");
    assert.equal(config.otlp.timeoutMs, 77);
    assert.deepEqual(problems.map(({ key, line }) => [key, line]).sort(), [
      ["telemetry.foo", 4],
      ["telemetry.otlp.headers", 6],
      ["telemetry.sampleRatio", 2],
      ["telemetry.strict", 3],
    ]);
  });

  it("is told though the environment wins", () => {
    const { config, problems } = load("telemetry: { sampleRatio: 7 }", { TRACING_SAMPLE_RATE: "0.5" });
    assert.equal(config.sampleRatio, 0.5);
    assert.equal(problems.length, 1);
  });

  it("that makes it no YAML has the whole file ignored", () => {
    for (const yaml of [
      "telemetry:\n  serviceName: a\n  serviceName: b\n",
      "telemetry:\n  a: [1, 2\n",
      "telemetry: {\n",
      "a: b: c\n",
      "x: *nothing\n",
    ]) {
      const { config, problems } = load(yaml);
      assert.equal(config.serviceName, "unknown_service:node");
      assert.equal(problems.length, 1, yaml);
      assert.equal(problems[0]?.code, "AO_CONFIG_SYNTAX");
      assert.match(
        problems[0]?.message ?? "",
        /^observatory\.yaml(:\d+)?: YAML: expected .*; the whole file is ignored\.$/,
      );
    }
    assert.equal(load("telemetry:\n  a: 1\n  b: [\n").problems[0]?.line, 4);
  });

  it("never shows a secret", () => {
    const said = messages(
      "telemetry:\n  otlp:\n    headers: hunter2\n    endpoint: ftp://u:hunter2@x\n  exporter: password=hunter2\n",
    ).join("\n");
    assert.equal(said.split("\n").length, 3);
    assert.ok(!said.includes("hunter2"), said);
  });

  it("cannot fill memory with aliases, or change prototypes", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      ..."bcdefghi".split("").map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefghi"[i]}`)}]`),
    ];
    assert.ok(load(bomb.join("\n")).problems.length >= 1);
    load("__proto__: { polluted: true }\ntelemetry: { __proto__: { polluted: true } }");
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  it("in its path, or a folder in its place, is told", () => {
    const cwd = mkdtempSync(join(tmpdir(), "observatory-path-"));
    const missing = loadConfig({ env: { AGENT_OBSERVATORY_CONFIG: "nowhere.yaml" }, cwd }).problems;
    assert.deepEqual(
      missing.map(({ code }) => code),
      ["AO_CONFIG_FILE"],
    );
    assert.match(
      missing[0]?.message ?? "",
      /AGENT_OBSERVATORY_CONFIG: expected the path of a file, got ".*nowhere\.yaml", which does not exist; no file is used\./,
    );
    mkdirSync(join(cwd, "observatory.yaml"));
    assert.match(loadConfig({ env: {}, cwd }).problems[0]?.message ?? "", /expected a readable file, got EISDIR/);
  });
});
