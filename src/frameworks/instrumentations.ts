import { createRequire } from "node:module";
import type { InstrumentedPackage } from "./module-hooks.ts";
import { PGVECTOR_HOOKS } from "./pgvector.ts";

/**
 * OpenTelemetry's own instrumentations for what is not GenAI. Each is loaded when the program loads the library that it knows, so
 * a program pays for what it uses. HTTP is not here: the wire sees it without patching. What only makes noise is switched off.
 */
type Entry = { readonly module: string; readonly exportName: string; readonly config?: object };

const INSTRUMENTATIONS: Readonly<Record<string, Entry>> = {
  pg: {
    module: "@opentelemetry/instrumentation-pg",
    exportName: "PgInstrumentation",
    config: { ignoreConnectSpans: true, ...PGVECTOR_HOOKS },
  },
  mysql2: { module: "@opentelemetry/instrumentation-mysql2", exportName: "MySQL2Instrumentation" },
  mongodb: { module: "@opentelemetry/instrumentation-mongodb", exportName: "MongoDBInstrumentation" },
  redis: { module: "@opentelemetry/instrumentation-redis", exportName: "RedisInstrumentation" },
  ioredis: { module: "@opentelemetry/instrumentation-ioredis", exportName: "IORedisInstrumentation" },
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

type Constructor = new (config?: object) => unknown;

/**
 * The instrumented packages, without those that configuration switches off by name. One that the program instruments itself, by the time
 * that it loads it, is left to the program: `isInstrumented` tells of a package's instrumentation.
 */
export function instrumentedPackages(
  disabled: readonly string[],
  isInstrumented: (module: string) => boolean,
): InstrumentedPackage[] {
  const require = createRequire(import.meta.url);
  return Object.entries(INSTRUMENTATIONS)
    .filter(([name]) => !disabled.includes(name))
    .map(([packageName, entry]) => ({
      packageName,
      prepare: () => {
        if (isInstrumented(entry.module)) return;
        const exports = require(entry.module.replace("@opentelemetry/", "#library/")) as Record<
          string,
          Constructor | undefined
        >;
        const Instrumentation = exports[entry.exportName];
        if (Instrumentation !== undefined) new Instrumentation(entry.config ?? {});
      },
    }));
}
