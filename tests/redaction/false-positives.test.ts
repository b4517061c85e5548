// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are code that nobody runs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor } from "../../src/redaction/index.ts";

const redactor = createRedactor();

/** What agents' prompts, answers, logs and attributes are full of. Every line must stay as it is. */
const CORPUS: Readonly<Record<string, readonly string[]>> = {
  prose: [
    "Please summarize the report: it is about tokens, keys and secrets of good cooking.",
    "The password is required. Your token has expired. The secret: patience. Key: turn left.",
    "Token: everything you need to know about language models",
    "Forgot your password? Reset your password: click the link below and follow the steps.",
    "The bearer of bad news; bearer certificates; basic authentication; Basic knowledge of chemistry.",
    "In 1999-2000 about 12 345 678 people (45.6 %) moved; call it 3-4 per 1000.",
    "Meet me @ noon, or follow @someone on the usual platforms.",
    "Chapter 12: 415 pages, 555 figures, 2671 references. Ratio 4:3 at 12:30.",
    "The key is to stay calm. The token is 128k wide. The secret was out by 2024.",
  ],
  code: [
    "const token = await getToken(); if (token === undefined) throw new Error('no token');",
    "interface Login { user: string; password: string; apiKey?: string; token: string | null }",
    "function login(password: string, token: SecretToken): Promise<void> {",
    "client = OpenAI(api_key=os.environ['OPENAI_API_KEY'], timeout=30)",
    "connect(user=user, password=password, token=token)",
    "apiKey: process.env.OPENAI_API_KEY,",
    "password: config.database.password,",
    "export OPENAI_API_KEY=$OPENAI_API_KEY; PASSWORD=${PASSWORD:-none}",
    "@app.route('/users') def users(): return db.query(User)",
    "import x from '@scope/package@1.2.3'; // react@18.2.0",
    "git clone git@github.com:owner/repo.git && npm i sk-learn",
    ".sk-fading-circle .sk-circle12:before { transform: rotate(330deg); animation-delay: -0.1s }",
    "std::vector<int> a = {1, 2, 3}; a::b::c(); x ? y : z; for (;;) {}",
    "uses: actions/checkout@v4.2.1",
    '{"type":"object","properties":{"password":{"type":"string"},"token":{"type":"string"}},"required":["password","token"]}',
    "if (a == b && c != d) { e => f; g := h }",
    "<img src='logo@2x.png'> <password></password>",
    "x = 0.4111111111111111; y = 1.2345678901234567e-10",
  ],
  identifiers: [
    "550e8400-e29b-41d4-a716-446655440000",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "12345678901234567890123456789012",
    "e83c5163316f89bfbde7d9ab23ca2e25604af290",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "chatcmpl-9fT2aBcD3eFgH4iJkL5mN6oPqR7s call_abc123DEF456ghi789JKL0 run_0123456789abcdef",
    "thread_abc123 msg_01XFDUDYJgAACzvnptvVoYEL req_011CSHoEeqs5C35K2UUqR7Fy",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
    "1312345678901234567",
    "order 4242-4242-11 invoice 2026-11-0042 ticket ABC-12345",
  ],
  times: [
    "2026-11-21T10:00:00.000Z",
    "2026-11-21 10:00:00+00:00",
    "1763719200000 1763719200000000000 1763719200",
    "21/11/2026 10:00:00 +0000 (UTC)",
    "took 1234.567 ms, 00:00:12.345",
  ],
  numbers: [
    "$2.50 per 1M tokens, EUR 1,299.00, 10.000,00 €",
    "v1.2.3, 24.12.0, 131.0.0.0, version 1.2.3.4, Chrome/131.0.6778.86, 0.301.1",
    "10.0.0.1 127.0.0.1:4318 192.168.1.20 169.254.169.254 0.0.0.0 ::1 fe80::1",
    '{"prompt_tokens": 1234567890, "completion_tokens": 98765, "total_tokens": 1234666655, "max_tokens": 4096}',
    "max_tokens=4096 token_count: 12 tokens: 128000 next_page_token: 2 input_token=7",
    "[0.123456789012345, -0.987654321098765, 1.5e+10, 4111111111]",
    "+12345678 -87654321 +0000 +1 +1.5 1+2345678901",
    "512-768-1024-1536 100-200-3000",
  ],
  names: [
    "gpt-4o-2024-08-06 gpt-4.1-mini o3-2025-04-16 claude-sonnet-4-20250514 gemini-2.5-pro-preview-05-06",
    "text-embedding-3-large mistral-large-2411 llama-3.3-70b-instruct deepseek-r1-0528 qwen2.5-72b",
    "npm_config_registry npm_lifecycle_event hf_hub_download gsk_ r8_ dapi AKIA eyJ sk- SG.x",
    "https://example.com/a/b?c=d&page=2#top http://localhost:3000/api/v1/users/42 https://user@example.com/",
    "file:///home/user/project/src/index.ts:12:34 C:\\new\\table\\report.txt",
    "traceparent tracestate baggage authorization_code primary_key=id cache_key: user_42 foreignKey: owner_id",
    "key: value, sort_key: created_at, keyboard: qwerty, monkey: 1, author: someone42",
    "session.id=abc123 request_id: req-42 correlationId=9f86d081",
  ],
  placeholders: [
    "OPENAI_API_KEY=<your key> password: ******** token: ${TOKEN} secret: {{ secret }} apiKey: 'YOUR_API_KEY'",
    'password: "" token: null secret: undefined apiKey=true',
    "postgres://app:${DB_PASSWORD}@db/main",
  ],
};

describe("redaction leaves alone", () => {
  for (const [what, lines] of Object.entries(CORPUS)) {
    it(what, () => {
      for (const line of lines) {
        assert.equal(redactor.text(line), line);
        assert.equal(JSON.parse(redactor.text(JSON.stringify({ line }))).line, line);
      }
    });
  }

  it("all of it at once", () => {
    const all = Object.values(CORPUS).flat().join("\n");
    assert.equal(redactor.text(all), all);
  });
});
