/** Vertex AI of one region: what stands before the dash is part of the name. */
const VERTEX_REGION = "-aiplatform.googleapis.com";

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
  [VERTEX_REGION, "gcp.vertex_ai"],
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

const BY_SUFFIX = new Map(BY_HOST.map(([suffix, provider]) => [suffix, provider]));

/** The provider whose own public host this is; undefined for any other server. */
export function publicProvider(host: string): string | undefined {
  if (host.includes("bedrock") && BEDROCK.test(host)) return "aws.bedrock";
  if (host.endsWith(VERTEX_REGION)) return BY_SUFFIX.get(VERTEX_REGION);
  const exact = BY_SUFFIX.get(host);
  if (exact !== undefined) return exact;
  // Each parent domain, as it may stand in the table: with its dot where the domain itself is no provider's, without where it is.
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
    const found = BY_SUFFIX.get(host.slice(dot)) ?? BY_SUFFIX.get(host.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
