/** `gen_ai.provider.name` by host. A server that imitates OpenAI elsewhere is told apart by `server.address`. */
const BY_HOST: readonly (readonly [suffix: string, provider: string])[] = [
  ["api.openai.com", "openai"],
  [".openai.azure.com", "azure.ai.openai"],
  [".cognitiveservices.azure.com", "azure.ai.openai"],
  [".services.ai.azure.com", "azure.ai.inference"],
  ["api.groq.com", "groq"],
  ["api.deepseek.com", "deepseek"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.perplexity.ai", "perplexity"],
  ["api.x.ai", "x_ai"],
  ["api.moonshot.ai", "moonshot_ai"],
  ["api.moonshot.cn", "moonshot_ai"],
  ["api.cohere.com", "cohere"],
  ["api.cohere.ai", "cohere"],
  ["api.anthropic.com", "anthropic"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
];

const matches = (host: string, suffix: string): boolean =>
  host === suffix || host.endsWith(suffix.startsWith(".") ? suffix : `.${suffix}`);

/** The provider whose own public host this is; undefined for any other server. */
export function publicProvider(host: string): string | undefined {
  return BY_HOST.find(([suffix]) => matches(host, suffix))?.[1];
}
