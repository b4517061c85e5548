import type { Span } from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";

type Command = { readonly cmdArgs: unknown };

const seen = new WeakSet<object>();

/**
 * Hooks of OpenTelemetry's instrumentation of ioredis. What is asked for before there is a connection waits, and is given to the client once
 * more when there is one: the second span is of the same command, and is not to count as another operation.
 */
export const IOREDIS_HOOKS = {
  requestHook: (span: Span, { cmdArgs }: Command): void => {
    if (typeof cmdArgs !== "object" || cmdArgs === null) return;
    if (seen.has(cmdArgs)) span.setAttribute(ATTR.dbOperation, "");
    seen.add(cmdArgs);
  },
};
