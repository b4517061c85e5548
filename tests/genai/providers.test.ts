import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { publicProvider } from "../../src/genai/index.ts";

describe("a provider's own host", () => {
  const cases: readonly (readonly [host: string, provider: string | undefined])[] = [
    ["api.openai.com", "openai"],
    ["eu.api.openai.com", "openai"],
    ["mine.openai.azure.com", "azure.ai.openai"],
    ["bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
    ["bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "aws.bedrock"],
    ["bedrock-runtime.cn-north-1.amazonaws.com.cn", "aws.bedrock"],
    ["bedrock-runtime.eu-west-1.api.aws", "aws.bedrock"],
    ["bedrock-agent-runtime.eu-west-1.amazonaws.com", "aws.bedrock"],
    ["vpce-0a1-b2.bedrock-runtime.us-east-1.vpce.amazonaws.com", "aws.bedrock"],
    ["aiplatform.googleapis.com", "gcp.vertex_ai"],
    ["us-east5-aiplatform.googleapis.com", "gcp.vertex_ai"],
    ["us-south.ml.cloud.ibm.com", "ibm.watsonx.ai"],
    ["api.cohere.com", "cohere"],
    ["openrouter.ai", "openrouter"],
    ["localhost", undefined],
    ["api.openai.com.evil.example", undefined],
    ["notapi.openai.com.example", undefined],
    ["xapi.openai.com", undefined],
    ["evilaiplatform.googleapis.com.example", undefined],
    ["bedrock-runtime.us-east-1.amazonaws.com.evil.example", undefined],
    ["s3.us-east-1.amazonaws.com", undefined],
    ["mybedrock.us-east-1.amazonaws.com", undefined],
    ["", undefined],
  ];
  for (const [host, provider] of cases) {
    it(`${host} is ${provider ?? "nobody's"}`, () => {
      assert.equal(publicProvider(host), provider);
    });
  }
});
