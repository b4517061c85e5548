import { ATTR } from "../../model/index.ts";
import { type Attributes, type Dialect, says } from "./dialect.ts";
import { OPENINFERENCE } from "./openinference.ts";
import { OPENLLMETRY } from "./openllmetry.ts";
import { VERCEL_AI } from "./vercel-ai.ts";

/** The same as the collector's transform/normalize in collector/config.yaml; a test holds the two together. */
const DIALECTS: readonly Dialect[] = [OPENLLMETRY, OPENINFERENCE, VERCEL_AI];

/** Providers that the dialects spell their own way. */
const PROVIDER_SPELLINGS: Readonly<Record<string, string>> = {
  "az.ai.openai": "azure.ai.openai",
  azure: "azure.ai.openai",
  azure_openai: "azure.ai.openai",
  "azure-openai": "azure.ai.openai",
  aws: "aws.bedrock",
  bedrock: "aws.bedrock",
  aws_bedrock: "aws.bedrock",
  "amazon-bedrock": "aws.bedrock",
  vertex_ai: "gcp.vertex_ai",
  vertexai: "gcp.vertex_ai",
  google_vertexai: "gcp.vertex_ai",
  gemini: "gcp.gemini",
  google: "gcp.gemini",
  google_genai: "gcp.gemini",
  google_generativeai: "gcp.gemini",
  mistral: "mistral_ai",
  mistralai: "mistral_ai",
  xai: "x_ai",
  "x-ai": "x_ai",
};

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function translate(dialect: Dialect, attributes: Attributes, canonical: Record<string, unknown>): void {
  const has = (name: string): boolean => !isAbsent(attributes[name]) || !isAbsent(canonical[name]);
  for (const [name, ...foreign] of dialect.names) {
    const source = has(name) ? undefined : foreign.find((one) => !isAbsent(attributes[one]));
    if (source !== undefined) canonical[name] = attributes[source];
  }
  for (const wording of dialect.values) {
    if (has(wording.canonical) || !says(attributes[wording.foreign], wording.when)) continue;
    const value = typeof wording.value === "string" ? wording.value : attributes[wording.value.of];
    if (!isAbsent(value)) canonical[wording.canonical] = value;
  }
}

function spellProvider(given: unknown, dialects: readonly Dialect[]): unknown {
  if (typeof given !== "string") return given;
  const lower = given.toLowerCase();
  if (!dialects.includes(VERCEL_AI)) return PROVIDER_SPELLINGS[lower] ?? lower;
  // The AI SDK names provider and API in one: openai.chat, google.generative-ai, google.vertex.chat.
  const plain = lower.startsWith("google.vertex") ? "vertex_ai" : lower.replace(/\..*$/, "");
  return PROVIDER_SPELLINGS[plain] ?? plain;
}

/**
 * Attributes of a span of another GenAI instrumentation (OpenTelemetry before conventions 1.37, OpenLLMetry, OpenInference, the AI SDK)
 * with the canonical names added. Canonical values that are there win; nothing is removed. The same object where there is nothing to add.
 */
export function normalizeDialect(attributes: Attributes): Attributes {
  const spoken = DIALECTS.filter(({ markers }) => markers.some((marker) => typeof attributes[marker] === "string"));
  const canonical: Record<string, unknown> = {};
  for (const dialect of spoken) translate(dialect, attributes, canonical);
  const given = canonical[ATTR.provider] ?? attributes[ATTR.provider];
  const provider =
    canonical[ATTR.provider] === undefined
      ? (PROVIDER_SPELLINGS[String(given)] ?? given)
      : spellProvider(given, spoken);
  if (provider !== attributes[ATTR.provider]) canonical[ATTR.provider] = provider;
  return Object.keys(canonical).length === 0 ? attributes : { ...attributes, ...canonical };
}
