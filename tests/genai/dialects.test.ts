import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { normalizeDialect } from "../../src/genai/index.ts";

type Block = { readonly conditions?: readonly string[]; readonly statements: readonly string[] };
const collector = parse(readFileSync(new URL("../../collector/config.yaml", import.meta.url), "utf8"));
const blocks: readonly Block[] = collector.processors["transform/normalize"].trace_statements;

const NAME = 'span\\.attributes\\["([^"]+)"\\]';
const COPY = new RegExp(`^set\\(${NAME}, (ToLowerCase\\()?${NAME}\\)*( where .*)?$`);
const WORD = new RegExp(`^set\\(${NAME}, "([^"]+)"\\) where .*${NAME}(?: == "([^"]+)"|, "([^"]+)"\\))$`);
const CONDITION = new RegExp(`${NAME} == "([^"]+)"$`);
const PROVIDER = "gen_ai.provider.name";

/** One text that a pattern of the collector's statements matches. */
const exampleOf = (pattern: string): string =>
  pattern
    .replaceAll("$$", "")
    .replace(/^\^/, "")
    .replace(/\(([^|)]+)[^)]*\)/, "$1")
    .replaceAll("\\\\", "")
    .replaceAll("\\", "");

describe("dialects of other GenAI instrumentations", () => {
  it("become canonical by the same statements as in the collector", () => {
    let checked = 0;
    for (const { conditions, statements } of blocks) {
      for (const statement of statements) {
        const copy = COPY.exec(statement);
        const word = WORD.exec(statement);
        // What a span of the dialect has anyway, so that the statement is reached.
        const marker = new RegExp(NAME).exec(conditions?.[0] ?? "")?.[1] ?? "";
        const base = { [marker]: marker === "ai.operationId" ? "ai.generateText.doGenerate" : "something" };
        if (copy !== null) {
          const [, canonical = "", , foreign = "", where = ""] = copy;
          const condition = CONDITION.exec(where);
          const given = { ...base, ...(condition?.[1] && { [condition[1]]: condition[2] ?? "" }), [foreign]: "value" };
          assert.equal(normalizeDialect(given)[canonical], "value", statement);
          assert.equal(normalizeDialect({ ...given, [canonical]: "kept" })[canonical], "kept", statement);
          checked += 1;
        } else if (word !== null) {
          const [, canonical = "", value = "", foreign = "", equal, pattern = ""] = word;
          // Halfway between the AI SDK's spelling and the canonical one.
          const [source, result] = value === "vertex_ai" ? ["ai.model.provider", "gcp.vertex_ai"] : [foreign, value];
          const given = { ...base, [source]: equal ?? exampleOf(pattern) };
          assert.equal(normalizeDialect(given)[canonical], result, statement);
          checked += 1;
        } else assert.match(statement, /^replace_pattern/);
      }
    }
    assert.ok(checked >= 60, `only ${checked} statements were understood`);
  });

  it("leave a canonical span as it is, the very object", () => {
    const span = { "gen_ai.operation.name": "chat", [PROVIDER]: "openai", "gen_ai.usage.input_tokens": 3 };
    assert.equal(normalizeDialect(span), span);
    assert.equal(normalizeDialect({ "gen_ai.system": "OpenAI" })[PROVIDER], "openai");
  });

  it("count what the AI SDK says of a call once: on the inner span", () => {
    const usage = { "ai.usage.inputTokens": 7, "ai.usage.outputTokens": 2, "ai.model.provider": "google.vertex.chat" };
    const outer = normalizeDialect({ "ai.operationId": "ai.generateText", ...usage });
    assert.equal(outer["gen_ai.usage.input_tokens"], undefined);
    assert.equal(outer["gen_ai.operation.name"], undefined);
    const inner = normalizeDialect({ "ai.operationId": "ai.generateText.doGenerate", ...usage });
    assert.equal(inner["gen_ai.usage.input_tokens"], 7);
    assert.equal(inner["gen_ai.operation.name"], "chat");
    assert.equal(inner[PROVIDER], "gcp.vertex_ai");
  });

  it("take the AI SDK's providers apart from their APIs", () => {
    for (const [given, provider] of [
      ["openai.responses", "openai"],
      ["anthropic.messages", "anthropic"],
      ["google.generative-ai", "gcp.gemini"],
      ["amazon-bedrock", "aws.bedrock"],
      ["mistral.chat", "mistral_ai"],
      ["azure.chat", "azure.ai.openai"],
    ] as const) {
      assert.equal(
        normalizeDialect({ "ai.operationId": "ai.toolCall", "ai.model.provider": given })[PROVIDER],
        provider,
      );
    }
  });
});
