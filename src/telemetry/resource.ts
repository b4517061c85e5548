import type { Attributes } from "@opentelemetry/api";
import { uniqueId } from "../base/index.ts";
import type { Config } from "../config/index.ts";

/** Who sends: attributes by the OpenTelemetry resource conventions. The instance id is new for every process and thread. */
export function resourceAttributes(config: Config, version: string): Attributes {
  return {
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.distro.name": "agent-observatory",
    "telemetry.distro.version": version,
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    "service.instance.id": uniqueId(),
    ...config.resourceAttributes,
    "service.name": config.serviceName,
    ...(config.serviceVersion !== undefined && { "service.version": config.serviceVersion }),
    ...(config.environment !== undefined && { "deployment.environment.name": config.environment }),
  };
}
