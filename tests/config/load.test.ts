import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Config, type LoadedConfig, loadConfig, strictError } from "../../src/config/index.ts";

const EMPTY = mkdtempSync(join(tmpdir(), "observatory-config-"));
const load = (env: NodeJS.ProcessEnv = {}, argv1?: string): LoadedConfig => loadConfig({ env, cwd: EMPTY, argv1 });

function clean(env: NodeJS.ProcessEnv): Config {
  const { config, problems } = load(env);
  assert.deepEqual(problems, []);
  return config;
}

const messages = (env: NodeJS.ProcessEnv): string[] => load(env).problems.map((problem) => problem.message);

describe("the configuration", () => {
  it("has a value for everything where nothing is set", () => {
    assert.deepEqual(clean({}), {
      enabled: true,
      serviceName: "unknown_service:node",
      resourceAttributes: {},
      exporter: "otlp",
      otlp: {
        tracesUrl: "http://127.0.0.1:4318/v1/traces",
        metricsUrl: "http://127.0.0.1:4318/v1/metrics",
        logsUrl: "http://127.0.0.1:4318/v1/logs",
        headers: {},
        signalHeaders: { traces: {}, metrics: {}, logs: {} },
        protocol: "http/protobuf",
        timeoutMs: 10_000,
        compression: "none",
      },
      signals: { traces: true, metrics: true, logs: true },
      sampleRatio: 1,
      sampling: { parentBased: true, keep: { errors: true, slowerThanMs: 60_000, costlierThanUsd: 1 } },
      captureContent: false,
      debug: { sessions: [], users: [], fromCallers: false },
      contentMaxLength: 32_768,
      metrics: { exportIntervalMs: 15_000, pullHost: "127.0.0.1", labelValueLimit: 200, runtime: true },
      health: { host: "127.0.0.1", intervalMs: 30_000 },
      api: { rateLimit: 100, rateWindowSeconds: 60 },
      export: { batchIntervalMs: 1000, queueSize: 20_000, batchSize: 512, exitTimeoutMs: 2000 },
      propagation: { childProcesses: true, contextHosts: [] },
      instrumentations: { disabled: [] },
      budgets: { limits: [], onFault: "open", loops: "warn", loopRepeats: 5 },
      prices: { models: {} },
      errors: { tracking: true, patterns: [] },
      strict: false,
      logLevel: "warn",
      logging: {
        level: "info",
        format: "json",
        caller: "error",
        console: "stdout",
        maxFileSizeBytes: 10_485_760,
        maxFiles: 5,
        syslogFacility: "user",
        sampleRates: {},
        captureConsole: false,
      },
    });
  });

  it("treats an empty variable as one that is not set", () => {
    assert.deepEqual(
      clean({ TRACING_SAMPLE_RATE: "", OTLP_ENDPOINT: " ", TRACING_EXPORTER: "", LOG_LEVEL: "" }),
      clean({}),
    );
  });

  it("is switched off by TRACING_ENABLED and by OTEL_SDK_DISABLED", () => {
    for (const off of ["false", "FALSE", "0", "no", "off"])
      assert.equal(clean({ TRACING_ENABLED: off }).enabled, false);
    assert.equal(clean({ OTEL_SDK_DISABLED: "true" }).enabled, false);
    assert.equal(clean({ TRACING_ENABLED: "true", OTEL_SDK_DISABLED: "true" }).enabled, false);
    assert.equal(clean({ TRACING_ENABLED: "1", OTEL_SDK_DISABLED: "false" }).enabled, true);
  });

  it("reads every number, list and word from its variable", () => {
    const config = clean({
      AGENT_OBSERVATORY_CONTENT_MAX_LENGTH: "100",
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      AGENT_OBSERVATORY_METRICS_PORT: "9464",
      AGENT_OBSERVATORY_METRICS_HOST: "0.0.0.0",
      AGENT_OBSERVATORY_LABEL_VALUE_LIMIT: "50",
      AGENT_OBSERVATORY_RUNTIME_METRICS: "off",
      API_RATE_LIMIT: "25",
      API_RATE_WINDOW: "10",
      OTEL_BSP_SCHEDULE_DELAY: "250",
      OTEL_BSP_MAX_QUEUE_SIZE: "1000",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100",
      AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "500",
      AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS: "pg, winston",
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: "pg,dns",
      AGENT_OBSERVATORY_STRICT: "yes",
      OTEL_LOG_LEVEL: "DEBUG",
      LOG_LEVEL: "trace",
      LOG_FORMAT: "text",
      OTEL_EXPORTER_OTLP_TIMEOUT: "3000",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    });
    assert.equal(config.contentMaxLength, 100);
    assert.deepEqual(config.metrics, {
      exportIntervalMs: 5000,
      pullPort: 9464,
      pullHost: "0.0.0.0",
      labelValueLimit: 50,
      runtime: false,
    });
    assert.deepEqual(config.api, { rateLimit: 25, rateWindowSeconds: 10 });
    assert.deepEqual(config.export, { batchIntervalMs: 250, queueSize: 1000, batchSize: 100, exitTimeoutMs: 500 });
    assert.deepEqual(config.instrumentations.disabled, ["pg", "winston", "dns"]);
    assert.equal(config.strict, true);
    assert.equal(config.logLevel, "debug");
    assert.deepEqual([config.logging.level, config.logging.format], ["silly", "text"]);
    assert.equal(config.otlp.timeoutMs, 3000);
    assert.equal(config.otlp.compression, "gzip");
  });

  it("captures content only where it is asked to", () => {
    const names = ["AGENT_OBSERVATORY_CAPTURE_CONTENT", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"];
    for (const name of names) {
      assert.equal(clean({ [name]: "true" }).captureContent, true);
      assert.equal(clean({ [name]: "SPAN_AND_EVENT" }).captureContent, true);
      assert.equal(clean({ [name]: "NO_CONTENT" }).captureContent, false);
      assert.equal(load({ [name]: "maybe" }).config.captureContent, false);
    }
    assert.equal(clean({ [names[0] as string]: "false", [names[1] as string]: "true" }).captureContent, false);
  });

  it("samples by TRACING_SAMPLE_RATE, else by the standard's sampler", () => {
    const cases: readonly (readonly [NodeJS.ProcessEnv, number])[] = [
      [{ TRACING_SAMPLE_RATE: "0.25" }, 0.25],
      [{ TRACING_SAMPLE_RATE: "0" }, 0],
      [{ OTEL_TRACES_SAMPLER: "always_off" }, 0],
      [{ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, 0],
      [{ OTEL_TRACES_SAMPLER: "always_on", OTEL_TRACES_SAMPLER_ARG: "0.1" }, 1],
      [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.1" }, 0.1],
      [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: ".5" }, 0.5],
      [{ OTEL_TRACES_SAMPLER: "traceidratio" }, 1],
      [{ TRACING_SAMPLE_RATE: "0.25", OTEL_TRACES_SAMPLER: "always_off" }, 0.25],
    ];
    for (const [env, expected] of cases) assert.equal(clean(env).sampleRatio, expected, JSON.stringify(env));
  });

  it("lets a caller decide, unless the standard's sampler says not to", () => {
    const isParentBased = (env: NodeJS.ProcessEnv): boolean => clean(env).sampling.parentBased;
    assert.ok(isParentBased({ TRACING_SAMPLE_RATE: "0.1" }));
    assert.ok(isParentBased({ OTEL_TRACES_SAMPLER: "parentbased_always_off" }));
    assert.ok(!isParentBased({ OTEL_TRACES_SAMPLER: "traceidratio" }));
    assert.ok(!isParentBased({ OTEL_TRACES_SAMPLER: "always_on" }));
  });

  it("keeps what went wrong, slow and dear, but nothing where nothing is wanted", () => {
    const none = { errors: false, slowerThanMs: undefined, costlierThanUsd: undefined };
    assert.deepEqual(clean({ TRACING_SAMPLE_RATE: "0" }).sampling.keep, none);
    assert.deepEqual(
      clean({ TRACING_SAMPLE_RATE: "0", AGENT_OBSERVATORY_KEEP_COSTLIER_THAN_USD: "0.5" }).sampling.keep,
      { ...none, costlierThanUsd: 0.5 },
    );
    assert.deepEqual(
      clean({ AGENT_OBSERVATORY_KEEP_ERRORS: "no", AGENT_OBSERVATORY_KEEP_SLOWER_THAN_MS: "200" }).sampling.keep,
      { errors: false, slowerThanMs: 200, costlierThanUsd: 1 },
    );
  });

  it("sends traces to Zipkin where that is the exporter, and all else by OTLP", () => {
    const zipkin = (endpoint: string): string | undefined =>
      clean({ TRACING_EXPORTER: "zipkin", ZIPKIN_ENDPOINT: endpoint }).zipkinUrl;
    assert.equal(zipkin(""), "http://127.0.0.1:9411/api/v2/spans");
    assert.equal(zipkin("http://zipkin:9411"), "http://zipkin:9411/api/v2/spans");
    assert.equal(zipkin("https://zipkin/base/api/v2/spans"), "https://zipkin/base/api/v2/spans");
    assert.equal(clean({ TRACING_EXPORTER: "zipkin" }).otlp.metricsUrl, "http://127.0.0.1:4318/v1/metrics");
    assert.equal(clean({ ZIPKIN_ENDPOINT: "http://zipkin:9411" }).zipkinUrl, undefined);
  });
});

describe("the destination", () => {
  const urls = (env: NodeJS.ProcessEnv): string[] => {
    const { tracesUrl, metricsUrl, logsUrl } = clean(env).otlp;
    return [tracesUrl, metricsUrl, logsUrl];
  };

  it("is a base URL that the signals' paths are appended to, by the rules of the specification", () => {
    const all = (base: string): string[] => ["traces", "metrics", "logs"].map((signal) => `${base}/v1/${signal}`);
    assert.deepEqual(urls({ OTLP_ENDPOINT: "http://a:4318" }), all("http://a:4318"));
    assert.deepEqual(urls({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://a/otlp/" }), all("https://a/otlp"));
    assert.deepEqual(
      urls({ OTLP_ENDPOINT: "http://a:1", OTEL_EXPORTER_OTLP_ENDPOINT: "http://b:2" }),
      all("http://a:1"),
    );
  });

  it("is used as it is where one signal has a URL of its own", () => {
    assert.deepEqual(
      urls({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b/t",
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://b",
      }),
      ["http://b/t", "http://a:4318/v1/metrics", "http://b"],
    );
  });

  it("has no path and another port with grpc", () => {
    assert.deepEqual(urls({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), Array(3).fill("http://127.0.0.1:4317"));
    assert.deepEqual(
      urls({ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc", OTLP_ENDPOINT: "http://a:4317" }),
      Array(3).fill("http://a:4317"),
    );
  });

  it("gets headers, percent-decoded, for all signals and for one", () => {
    const { headers, signalHeaders } = clean({
      OTEL_EXPORTER_OTLP_HEADERS: "Api-Key=a%2Cb%3D, x-tenant = t",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=other",
    }).otlp;
    assert.deepEqual(headers, { "api-key": "a,b=", "x-tenant": "t" });
    assert.deepEqual(signalHeaders.traces, { "api-key": "other", "x-tenant": "t" });
    assert.deepEqual(signalHeaders.logs, headers);
  });

  it("of single signals can be none", () => {
    assert.deepEqual(clean({ OTEL_METRICS_EXPORTER: "none" }).signals, { traces: true, metrics: false, logs: true });
    assert.deepEqual(clean({ OTEL_LOGS_EXPORTER: "none" }).signals, { traces: true, metrics: true, logs: false });
    const { signals, exporter } = clean({ OTEL_TRACES_EXPORTER: "none" });
    assert.deepEqual([signals, exporter], [{ traces: false, metrics: true, logs: true }, "none"]);
    assert.equal(clean({ TRACING_EXPORTER: "console", OTEL_TRACES_EXPORTER: "otlp" }).exporter, "console");
  });

  it("of metrics can be whoever pulls them", () => {
    const { signals, metrics } = clean({ OTEL_METRICS_EXPORTER: "prometheus" });
    assert.deepEqual([signals.metrics, metrics.pullPort], [false, 9464]);
    assert.equal(
      clean({ OTEL_METRICS_EXPORTER: "prometheus", OTEL_EXPORTER_PROMETHEUS_PORT: "1234" }).metrics.pullPort,
      1234,
    );
    assert.equal(clean({ OTEL_EXPORTER_PROMETHEUS_PORT: "1234" }).metrics.pullPort, undefined);
  });

  it("can be Jaeger, which takes OTLP", () => {
    const { config, problems } = load({ TRACING_EXPORTER: "jaeger", JAEGER_HOST: "jaeger.local" });
    assert.equal(config.exporter, "otlp");
    assert.equal(config.otlp.tracesUrl, "http://jaeger.local:4318/v1/traces");
    assert.equal(config.otlp.logsUrl, "http://127.0.0.1:4318/v1/logs");
    assert.deepEqual(
      problems.map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          "AO_CONFIG_ADJUSTED",
          "hint",
          "TRACING_EXPORTER: expected otlp, console or none, got jaeger; using otlp to http://jaeger.local:4318 for traces, as Jaeger takes OTLP.",
        ],
      ],
    );
    assert.equal(
      load({ TRACING_EXPORTER: "jaeger", JAEGER_PORT: "14318" }).config.otlp.tracesUrl,
      "http://127.0.0.1:14318/v1/traces",
    );
    assert.match(
      messages({ TRACING_EXPORTER: "jaeger", JAEGER_PORT: "14268" }).join(),
      /JAEGER_PORT: expected Jaeger's port for OTLP, usually 4318, got 14268/,
    );
    assert.match(
      load({ TRACING_EXPORTER: "jaeger", JAEGER_HOST: "::1" }).config.otlp.tracesUrl,
      /^http:\/\/\[::1\]:4318/,
    );
  });
});

describe("the identity of the program", () => {
  it("comes from TRACING_SERVICE_NAME, OTEL_SERVICE_NAME, the resource attributes, package.json, in this order", () => {
    const folder = mkdtempSync(join(tmpdir(), "observatory-package-"));
    mkdirSync(join(folder, "dist", "deep"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"name":"from-package","version":"3.2.1"}');
    writeFileSync(join(folder, "dist", "package.json"), '{"type":"commonjs"}');
    const script = join(folder, "dist", "deep", "app.js");
    writeFileSync(script, "");
    const env: NodeJS.ProcessEnv = {};
    const names = (): string => load(env, script).config.serviceName;
    assert.equal(names(), "from-package");
    assert.equal(load(env, script).config.serviceVersion, "3.2.1");
    env.OTEL_RESOURCE_ATTRIBUTES =
      "service.name=from%20attributes,service.version=9,deployment.environment.name=prod,team=a";
    assert.equal(names(), "from attributes");
    const { serviceVersion, environment, resourceAttributes } = load(env, script).config;
    assert.deepEqual([serviceVersion, environment, resourceAttributes], ["9", "prod", { team: "a" }]);
    env.OTEL_SERVICE_NAME = "from-otel";
    assert.equal(names(), "from-otel");
    env.TRACING_SERVICE_NAME = "from-tracing";
    assert.equal(names(), "from-tracing");
  });

  it("is that of the package which a linked command belongs to", () => {
    const folder = mkdtempSync(join(tmpdir(), "observatory-link-"));
    mkdirSync(join(folder, "tool"));
    writeFileSync(join(folder, "tool", "package.json"), '{"name":"the-tool"}');
    writeFileSync(join(folder, "tool", "cli.js"), "");
    symlinkSync(join(folder, "tool", "cli.js"), join(folder, "command"));
    assert.equal(load({}, join(folder, "command")).config.serviceName, "the-tool");
  });

  it("is unknown where there is no readable package.json", () => {
    const folder = mkdtempSync(join(tmpdir(), "observatory-none-"));
    writeFileSync(join(folder, "package.json"), "{ not json");
    assert.equal(load({}, join(folder, "app.js")).config.serviceName, "unknown_service:node");
  });
});

/** Variable, value, and the sentence that is said. One row for every kind of value and every special case. */
const INVALID: readonly (readonly [NodeJS.ProcessEnv, string])[] = [
  [{ TRACING_ENABLED: "maybe" }, 'TRACING_ENABLED: expected true or false, got "maybe"; using true instead.'],
  [{ TRACING_SAMPLE_RATE: "abc" }, 'TRACING_SAMPLE_RATE: expected a number from 0 to 1, got "abc"; using 1 instead.'],
  [{ TRACING_SAMPLE_RATE: "2" }, 'TRACING_SAMPLE_RATE: expected a number from 0 to 1, got "2"; using 1 instead.'],
  [{ TRACING_SAMPLE_RATE: "-0.1" }, 'TRACING_SAMPLE_RATE: expected a number from 0 to 1, got "-0.1"; using 1 instead.'],
  [{ TRACING_SAMPLE_RATE: "50%" }, 'TRACING_SAMPLE_RATE: expected a number from 0 to 1, got "50%"; using 1 instead.'],
  [
    { TRACING_SAMPLE_RATE: "x", OTEL_TRACES_SAMPLER: "always_off" },
    'TRACING_SAMPLE_RATE: expected a number from 0 to 1, got "x"; using 0 instead.',
  ],
  [
    { OTEL_TRACES_SAMPLER: "sometimes" },
    'OTEL_TRACES_SAMPLER: expected always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio, got "sometimes"; using "parentbased_always_on" instead.',
  ],
  [
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "NaN" },
    'OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got "NaN"; using 1 instead.',
  ],
  [
    { AGENT_OBSERVATORY_METRICS_PORT: "99999" },
    'AGENT_OBSERVATORY_METRICS_PORT: expected a port number from 1 to 65535, got "99999"; using nothing instead.',
  ],
  [
    { AGENT_OBSERVATORY_METRICS_PORT: "0" },
    'AGENT_OBSERVATORY_METRICS_PORT: expected a port number from 1 to 65535, got "0"; using nothing instead.',
  ],
  [
    { OTEL_METRIC_EXPORT_INTERVAL: "1.5" },
    'OTEL_METRIC_EXPORT_INTERVAL: expected a whole number of milliseconds, at least 1, got "1.5"; using 15000 instead.',
  ],
  [
    { OTEL_BSP_SCHEDULE_DELAY: "9999999999" },
    'OTEL_BSP_SCHEDULE_DELAY: expected a whole number of milliseconds, at least 1, got "9999999999"; using 1000 instead.',
  ],
  [
    { OTEL_BSP_MAX_QUEUE_SIZE: "-5" },
    'OTEL_BSP_MAX_QUEUE_SIZE: expected a whole number, at least 1, got "-5"; using 20000 instead.',
  ],
  [{ OTEL_BSP_MAX_QUEUE_SIZE: "10" }, ""],
  [
    { OTEL_BSP_MAX_QUEUE_SIZE: "10", OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "20" },
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: expected at most the size of the queue, 10, got 20; using 10.",
  ],
  [
    { OTLP_ENDPOINT: "localhost:4318" },
    'OTLP_ENDPOINT: expected a URL that begins with http:// or https://, got "localhost:4318"; using http://localhost:4318.',
  ],
  [
    { OTLP_ENDPOINT: "unix:///tmp/x" },
    'OTLP_ENDPOINT: expected a URL that begins with http:// or https://, got "unix:///tmp/x"; using "http://127.0.0.1:4318" instead.',
  ],
  [
    { OTLP_ENDPOINT: "http://a:99999" },
    'OTLP_ENDPOINT: expected a URL that begins with http:// or https://, got "http://a:99999"; using "http://127.0.0.1:4318" instead.',
  ],
  [
    { OTLP_ENDPOINT: "http://a:4318/v1/traces" },
    'OTLP_ENDPOINT: expected the base URL, to which the path of each signal is appended, got "http://a:4318/v1/traces"; using http://a:4318.',
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    'OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf or grpc, got "http/json"; using http/protobuf, which every OTLP receiver takes as well.',
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "smoke" },
    'OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf or grpc, got "smoke"; using "http/protobuf" instead.',
  ],
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/protobuf" },
    'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: expected the same as OTEL_EXPORTER_OTLP_PROTOCOL, as one value serves all signals, got "http/protobuf"; using "grpc".',
  ],
  [
    { OTEL_EXPORTER_OTLP_COMPRESSION: "brotli" },
    'OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, got "brotli"; using "none" instead.',
  ],
  [
    { OTEL_RESOURCE_ATTRIBUTES: "no-pair" },
    'OTEL_RESOURCE_ATTRIBUTES: expected key=value pairs separated by commas, percent-encoded where needed, got "no-pair"; using nothing instead.',
  ],
  [
    { OTEL_RESOURCE_ATTRIBUTES: "a=%E0%A4%A" },
    'OTEL_RESOURCE_ATTRIBUTES: expected key=value pairs separated by commas, percent-encoded where needed, got "a=%E0%A4%A"; using nothing instead.',
  ],
  [
    { TRACING_EXPORTER: "carrier-pigeon" },
    'TRACING_EXPORTER: expected otlp, console, none, jaeger or zipkin, got "carrier-pigeon"; using "otlp" instead.',
  ],
  [
    { OTEL_METRICS_EXPORTER: "console" },
    "OTEL_METRICS_EXPORTER: expected otlp or none, got console, which is not supported for metrics; using otlp.",
  ],
  [{ OTEL_LOGS_EXPORTER: "x" }, 'OTEL_LOGS_EXPORTER: expected otlp, none or console, got "x"; using "otlp" instead.'],
  [
    { AGENT_OBSERVATORY_LOG_LEVEL: "loud" },
    'AGENT_OBSERVATORY_LOG_LEVEL: expected none, error, warn, info or debug, got "loud"; using "warn" instead.',
  ],
  [{ LOG_FORMAT: "xml" }, 'LOG_FORMAT: expected json or text, got "xml"; using "json" instead.'],
  [
    { TRACING_SAMPLERATE: "0.5" },
    "TRACING_SAMPLERATE: expected TRACING_SAMPLE_RATE, got a name that nothing reads; it is ignored.",
  ],
  [{ AGENT_OBSERVATORY_SOMETHING_ELSE: "1" }, ""],
];

describe("a mistake in the environment", () => {
  for (const [env, expected] of INVALID) {
    it(`is told for ${JSON.stringify(env)}`, () => assert.deepEqual(messages(env), expected === "" ? [] : [expected]));
  }

  it("lets the next source count", () => {
    assert.equal(load({ TRACING_SERVICE_NAME: " ", OTEL_SERVICE_NAME: "b" }).config.serviceName, "b");
    const { config, problems } = load({ TRACING_EXPORTER: "nonsense", OTEL_TRACES_EXPORTER: "console" });
    assert.equal(config.exporter, "console");
    assert.match(problems[0]?.message ?? "", /using "console" instead/);
  });

  it("never shows a secret", () => {
    const secret = ["hunter2", "swordfish"].join("-");
    const said = messages({
      OTEL_EXPORTER_OTLP_HEADERS: `authorization ${secret}`,
      OTLP_ENDPOINT: `ftp://user:${secret}@host/`,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `user:${secret}@host:4318`,
      TRACING_EXPORTER: `password=${secret}`,
      OTEL_RESOURCE_ATTRIBUTES: `api_key=${secret},broken`,
    });
    assert.equal(said.length, 5);
    for (const message of said) assert.ok(!message.includes("hunter2"), message);
    assert.match(said.join("\n"), /got a value of 31 characters \(not shown: it may be secret\); using none instead/);
  });

  it("is short however long the value is", () => {
    for (const message of messages({ TRACING_SAMPLE_RATE: "x".repeat(100_000) })) assert.ok(message.length < 300);
  });

  it("becomes an error only where that is asked for", () => {
    assert.equal(strictError(load({ TRACING_SAMPLE_RATE: "2" })), undefined);
    assert.equal(
      strictError(load({ AGENT_OBSERVATORY_STRICT: "true", OTLP_ENDPOINT: "localhost:4318" })),
      undefined,
      "hints do not count",
    );
    const error = strictError(load({ AGENT_OBSERVATORY_STRICT: "true", TRACING_SAMPLE_RATE: "2" }));
    assert.equal(error?.code, "AO_CONFIG_INVALID");
    assert.match(error?.message ?? "", /TRACING_SAMPLE_RATE: expected a number from 0 to 1/);
  });
});
