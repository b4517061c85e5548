import type { Adapter, AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { adoptAgentClasses } from "./agent-class.ts";
import { adoptDispatcher } from "./dispatcher.ts";
import { claimModelCall } from "./operation.ts";
import { adoptTracer } from "./tracer.ts";

export type AiSdkAdapter = Adapter & {
  /** To be called when the wire sees a call to a model. Returns which attempt of the same call it is, from 0, where the AI SDK is calling. */
  readonly claimModelCall: () => number | undefined;
};

const LOCALS = ["getTracer", "selectTelemetryAttributes", "createTelemetryDispatcher", "Agent", "ToolLoopAgent"];

/** Makes spans of what the AI SDK (`ai`, 5 to 7) does: agents and tools. Each version is one file with all of it. */
export function createAiSdkAdapter(options: Omit<AdapterOptions, "outerContext">): AiSdkAdapter {
  const adopt = (adopted: Adopted): void => {
    adoptTracer(options, adopted);
    adoptDispatcher(options, adopted);
    adoptAgentClasses(adopted);
  };
  return {
    name: "ai-sdk",
    files: [{ packageName: "ai", path: "dist/index", locals: LOCALS, adopt }],
    claimModelCall,
  };
}
