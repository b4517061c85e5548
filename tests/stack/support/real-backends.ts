/** Prometheus, Loki and Jaeger themselves, each alone in a container, with the settings of the stack as far as they shape answers. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { parse, stringify } from "yaml";
import { loadServices, ROOT } from "./docker.ts";

export type Backends = {
  /** Base URLs of the query APIs. */
  readonly prometheus: string;
  readonly loki: string;
  readonly jaeger: string;
  /** Where OTLP/JSON of each signal is posted to. */
  readonly otlp: { readonly metrics: string; readonly logs: string; readonly traces: string };
  readonly close: () => Promise<void>;
};

export type RealBackends = Backends & {
  /** A second Jaeger, which keeps its traces in memory: only that store looks for all that a search says in one span. */
  readonly jaegerInMemory: { readonly query: string; readonly otlpTraces: string };
};

/** Storage and OTLP as in the stack; nothing that is scraped or evaluated, as that would be data of its own. */
async function prometheusConfig(): Promise<string> {
  const { global, storage, otlp } = parse(await readFile(join(ROOT, "prometheus/prometheus.yml"), "utf8"));
  return stringify({ global, storage, otlp });
}

/** The stack's own store and query service, fed over HTTP; nothing of the monitor tab, as no Prometheus is beside it. */
async function jaegerConfig(): Promise<string> {
  const config = parse(await readFile(join(ROOT, "jaeger/config.yaml"), "utf8"));
  config.extensions.jaeger_storage.metric_backends = undefined;
  config.extensions.jaeger_query.storage.metrics = undefined;
  config.extensions.jaeger_query.ui = undefined;
  config.receivers.otlp.protocols = { http: { endpoint: "0.0.0.0:4318" } };
  return stringify(config);
}

/** Ready when it answers: a check from inside would need a shell, which these images do not have. */
async function startContainer(
  container: GenericContainer,
  readyPath: string,
  ...ports: [number, ...number[]]
): Promise<StartedTestContainer> {
  return (
    container
      // Root owns the memory that it writes to.
      .withUser("0:0")
      .withExposedPorts(...ports)
      .withWaitStrategy(Wait.forHttp(readyPath, ports[0]))
      .withStartupTimeout(90_000)
      .start()
  );
}

export async function startRealBackends(): Promise<RealBackends> {
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  const services = loadServices();
  const imageOf = (name: string): string => services[name]?.image ?? "";
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-real-"));
  const started: StartedTestContainer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((container) => container.stop({ timeout: 2000, remove: true })));
    await rm(folder, { recursive: true, force: true });
  };
  const urlOf = (container: StartedTestContainer, port: number): string =>
    `http://127.0.0.1:${container.getMappedPort(port)}`;
  try {
    const config = join(folder, "prometheus.yml");
    await writeFile(config, await prometheusConfig(), { mode: 0o644 });
    const ofJaeger = join(folder, "jaeger.yaml");
    await writeFile(ofJaeger, await jaegerConfig(), { mode: 0o644 });
    const prometheus = new GenericContainer(imageOf("prometheus"))
      .withCopyFilesToContainer([{ source: config, target: "/etc/prometheus/prometheus.yml" }])
      .withTmpFs({ "/data": "rw,mode=1777" })
      .withCommand([
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/data",
        "--web.enable-otlp-receiver",
        "--enable-feature=exemplar-storage,created-timestamp-zero-ingestion,otlp-deltatocumulative",
      ]);
    const loki = new GenericContainer(imageOf("loki"))
      .withCopyFilesToContainer([{ source: join(ROOT, "loki/loki.yaml"), target: "/etc/loki/loki.yaml" }])
      .withTmpFs({ "/loki": "rw,mode=1777", "/tmp": "rw,mode=1777" })
      .withCommand(["-config.file=/etc/loki/loki.yaml"]);
    const jaeger = new GenericContainer(imageOf("jaeger"))
      .withCopyFilesToContainer([{ source: ofJaeger, target: "/etc/jaeger/config.yaml" }])
      .withTmpFs({ "/data": "rw,mode=1777", "/tmp": "rw,mode=1777" })
      .withCommand(["--config=/etc/jaeger/config.yaml"]);
    const inMemory = new GenericContainer(imageOf("jaeger")).withEnvironment({ JAEGER_LISTEN_HOST: "0.0.0.0" });
    const starts = [
      startContainer(prometheus, "/-/ready", 9090),
      startContainer(loki, "/ready", 3100),
      startContainer(jaeger, "/api/services", 16_686, 4318),
      startContainer(inMemory, "/api/services", 16_686, 4318),
    ];
    for (const { status, ...result } of await Promise.allSettled(starts)) {
      if (status === "fulfilled") started.push((result as PromiseFulfilledResult<StartedTestContainer>).value);
    }
    const [oneP, oneL, oneJ, oneM] = (await Promise.all(starts)) as [
      StartedTestContainer,
      StartedTestContainer,
      StartedTestContainer,
      StartedTestContainer,
    ];
    return {
      prometheus: urlOf(oneP, 9090),
      loki: urlOf(oneL, 3100),
      jaeger: urlOf(oneJ, 16_686),
      otlp: {
        metrics: `${urlOf(oneP, 9090)}/api/v1/otlp/v1/metrics`,
        logs: `${urlOf(oneL, 3100)}/otlp/v1/logs`,
        traces: `${urlOf(oneJ, 4318)}/v1/traces`,
      },
      jaegerInMemory: { query: urlOf(oneM, 16_686), otlpTraces: `${urlOf(oneM, 4318)}/v1/traces` },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
