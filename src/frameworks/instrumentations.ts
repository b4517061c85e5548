import { createRequire } from "node:module";
import { IOREDIS_HOOKS } from "./ioredis.ts";
import type { InstrumentedPackage } from "./module-hooks.ts";
import { PGVECTOR_HOOKS } from "./pgvector.ts";

/**
 * OpenTelemetry's own instrumentations for what is not GenAI. Each is loaded when the program loads the library that it knows, so
 * a program pays for what it uses. HTTP is not here: the wire sees it without patching. What only makes noise is switched off.
 */
type Entry = {
  readonly module: string;
  readonly exportName: string;
  readonly config?: object;
  /** Other names by which programs ask for the library. */
  readonly alsoAs?: readonly string[];
  /** A module that it would patch as well, and is not to. */
  readonly leavesOut?: string;
};

/** Left to themselves, these make no span, and so no number, of what belongs to no other span. */
const EVERYWHERE = { requireParentSpan: false };
const isEverywhere = (config: object | undefined): boolean =>
  config !== undefined && "requireParentSpan" in config && config.requireParentSpan === false;

const INSTRUMENTATIONS: Readonly<Record<string, Entry>> = {
  pg: {
    module: "@opentelemetry/instrumentation-pg",
    exportName: "PgInstrumentation",
    config: { ignoreConnectSpans: true, ...PGVECTOR_HOOKS },
    // Of pools it would only count what we read, and hold each until the program ends it.
    leavesOut: "pg-pool",
  },
  mysql2: {
    module: "@opentelemetry/instrumentation-mysql2",
    exportName: "MySQL2Instrumentation",
    alsoAs: ["mysql2/promise", "mysql2/promise.js"],
  },
  mongodb: {
    module: "@opentelemetry/instrumentation-mongodb",
    exportName: "MongoDBInstrumentation",
    config: EVERYWHERE,
  },
  redis: {
    module: "@opentelemetry/instrumentation-redis",
    exportName: "RedisInstrumentation",
    alsoAs: ["@redis/client"],
  },
  ioredis: {
    module: "@opentelemetry/instrumentation-ioredis",
    exportName: "IORedisInstrumentation",
    config: { ...EVERYWHERE, ...IOREDIS_HOOKS },
  },
  express: {
    module: "@opentelemetry/instrumentation-express",
    exportName: "ExpressInstrumentation",
    // Its spans per middleware are noise; what is wanted of it is the route.
    config: { ignoreLayersType: ["middleware", "router", "request_handler"] },
  },
  koa: {
    module: "@opentelemetry/instrumentation-koa",
    exportName: "KoaInstrumentation",
    config: { ignoreLayersType: ["middleware"] },
  },
  kafkajs: { module: "@opentelemetry/instrumentation-kafkajs", exportName: "KafkaJsInstrumentation" },
  amqplib: { module: "@opentelemetry/instrumentation-amqplib", exportName: "AmqplibInstrumentation" },
};

/** Those of `EVERYWHERE`, by the names of their scopes: connections are kept alive, queues polled. */
export const BACKGROUND_SCOPES: ReadonlySet<string> = new Set(
  Object.values(INSTRUMENTATIONS).flatMap(({ module, config }) => (isEverywhere(config) ? [module] : [])),
);

type Instrumentation = { init(): unknown };
type Constructor = new (config?: object) => Instrumentation;

/** An instrumentation without one of the modules that it patches. */
function leavingOut(Given: Constructor, module: string): Constructor {
  return class extends Given {
    override init(): unknown {
      const definitions = super.init() as readonly { readonly name: string }[];
      return definitions.filter(({ name }) => name !== module);
    }
  };
}

/** What is known of the program's own OpenTelemetry SDK, at any time. */
type ProgramSdk = {
  /** Whether it has an instrumentation of this name. */
  readonly isInstrumented: (module: string) => boolean;
  readonly hasForeign: () => boolean;
};

/**
 * The instrumented packages, without those that configuration switches off by name. One that the program instruments itself, by the time
 * that it loads it, is left to the program.
 */
export function instrumentedPackages(
  disabled: readonly string[],
  { isInstrumented, hasForeign }: ProgramSdk,
): InstrumentedPackage[] {
  const require = createRequire(import.meta.url);
  return Object.entries(INSTRUMENTATIONS)
    .filter(([name]) => !disabled.includes(name))
    .flatMap(([packageName, entry]) => {
      let prepared = false;
      const prepare = (): void => {
        if (prepared || isInstrumented(entry.module)) return;
        prepared = true;
        const exports = require(entry.module.replace("@opentelemetry/", "#library/")) as Record<
          string,
          Constructor | undefined
        >;
        const Instrumentation = exports[entry.exportName];
        if (Instrumentation === undefined) return;
        const { leavesOut } = entry;
        // Where the program has an SDK of its own, its back end is to get no traces that it would not get without us.
        const config = isEverywhere(entry.config) && hasForeign() ? { requireParentSpan: true } : {};
        const Adjusted = leavesOut === undefined ? Instrumentation : leavingOut(Instrumentation, leavesOut);
        new Adjusted({ ...entry.config, ...config });
      };
      return [packageName, ...(entry.alsoAs ?? [])].map((name) => ({ packageName: name, prepare }));
    });
}
