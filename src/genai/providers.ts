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
  // Vertex AI of one region.
  ["-aiplatform.googleapis.com", "gcp.vertex_ai"],
  [".rep.googleapis.com", "gcp.vertex_ai"],
  [".ml.cloud.ibm.com", "ibm.watsonx.ai"],
  // The conventions have no names for these; the price table has.
  ["openrouter.ai", "openrouter"],
  ["api.together.xyz", "together"],
  ["api.together.ai", "together"],
  ["api.fireworks.ai", "fireworks"],
  ["api.cerebras.ai", "cerebras"],
  ["api.novita.ai", "novita"],
  ["router.huggingface.co", "huggingface"],
  ["api-inference.huggingface.co", "huggingface"],
  ["api.voyageai.com", "voyageai"],
  ["api.jina.ai", "jina"],
  ["api.ai21.com", "ai21"],
  ["api.pinecone.io", "pinecone"],
];

/** Bedrock in every region and partition, its FIPS, dual-stack and private endpoints. */
const BEDROCK = /(^|\.)bedrock(-[a-z-]+)?\.[a-z0-9-]+\.(vpce\.)?(amazonaws\.com(\.cn)?|api\.aws)$/;

const matches = (host: string, suffix: string): boolean =>
  host === suffix || host.endsWith(/^[.-]/.test(suffix) ? suffix : `.${suffix}`);

/** The provider whose own public host this is; undefined for any other server. */
export function publicProvider(host: string): string | undefined {
  if (BEDROCK.test(host)) return "aws.bedrock";
  return BY_HOST.find(([suffix]) => matches(host, suffix))?.[1];
}
