import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor } from "../../src/redaction/index.ts";

const redactor = createRedactor();
// Put together at run time: scanners of repositories take whole ones for real.
const key = (...parts: string[]): string => parts.join("");
const R = (count: number): string => "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".repeat(Math.ceil(count / 27)).slice(0, count);
const HEX = (count: number): string => "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(4).slice(0, count);

/** What is given, and what must come out. */
const CASES: Readonly<Record<string, readonly (readonly [given: string, expected: string])[]>> = {
  private_key: [
    [
      `key:\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----\nend`,
      "key:\n[REDACTED:private_key]\nend",
    ],
    [`"-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----\\n"`, `"[REDACTED:private_key]\\n"`],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza", "[REDACTED:private_key]"],
  ],
  slack_webhook: [
    [
      `post to ${key("https://hooks.sl", "ack.com/services/T000/B000/XXXX")} now`,
      "post to [REDACTED:slack_webhook] now",
    ],
    [
      `{"url":"https:\\/\\/${key("hooks.sl", "ack.com\\/services\\/T000\\/B000\\/XXXX")}"}`,
      `{"url":"[REDACTED:slack_webhook]"}`,
    ],
  ],
  discord_webhook: [[`https://${key("disc", "ord.com/api/webhooks/123/abc-DEF_1")}.`, "[REDACTED:discord_webhook]."]],
  teams_webhook: [
    [`https://contoso.${key("webhook.off", "ice.com/webhookb2/a@b/IncomingWebhook/c/d")}`, "[REDACTED:teams_webhook]"],
    [`https://prod-1.westus.${key("logic.az", "ure.com:443/workflows/1/triggers?sig=x")}`, "[REDACTED:teams_webhook]"],
  ],
  google_chat_webhook: [
    [`https://${key("chat.google", "apis.com/v1/spaces/A/messages?key=k&token=t")}`, "[REDACTED:google_chat_webhook]"],
  ],
  telegram_bot: [[`https://${key("api.tele", "gram.org/bot123:ABC/sendMessage")}`, "[REDACTED:telegram_bot]"]],
  anthropic_key: [[`use ${key("sk-a", "nt-api03-", R(40))}, please`, "use [REDACTED:anthropic_key], please"]],
  openai_key: [
    [`${key("sk", "-proj-", R(48))}`, "[REDACTED:openai_key]"],
    [`${key("sk", "-", R(48))}`, "[REDACTED:openai_key]"],
    [`line\\n${key("sk", "-", R(48))}\\n`, "line\\n[REDACTED:openai_key]\\n"],
  ],
  openai_session: [[key("se", "ss-", R(40)), "[REDACTED:openai_session]"]],
  google_key: [[key("AI", "za", R(35)), "[REDACTED:google_key]"]],
  google_oauth: [[key("ya", "29.", R(40)), "[REDACTED:google_oauth]"]],
  aws_key: [
    [key("AK", "IA", "IOSFODNN7EXAMPLE"), "[REDACTED:aws_key]"],
    [key("AS", "IA", "IOSFODNN7EXAMPLE"), "[REDACTED:aws_key]"],
  ],
  azure_key: [[key(R(52), "JQQ", "J99", R(26)), "[REDACTED:azure_key]"]],
  huggingface_token: [[key("h", "f_", R(34)), "[REDACTED:huggingface_token]"]],
  groq_key: [[key("gs", "k_", R(52)), "[REDACTED:groq_key]"]],
  replicate_token: [[key("r", "8_", R(37)), "[REDACTED:replicate_token]"]],
  xai_key: [[key("xa", "i-", R(80)), "[REDACTED:xai_key]"]],
  perplexity_key: [[key("ppl", "x-", R(48)), "[REDACTED:perplexity_key]"]],
  langsmith_key: [[key("lsv", "2_pt_", HEX(32)), "[REDACTED:langsmith_key]"]],
  github_token: [
    [key("gh", "p_", R(36)), "[REDACTED:github_token]"],
    [key("github", "_pat_", R(22), "_", R(59)), "[REDACTED:github_token]"],
  ],
  gitlab_token: [[key("glp", "at-", R(20)), "[REDACTED:gitlab_token]"]],
  slack_token: [[key("xo", "xb-", "123456789012-", R(24)), "[REDACTED:slack_token]"]],
  stripe_key: [
    [key("sk", "_live_", R(24)), "[REDACTED:stripe_key]"],
    [key("wh", "sec_", R(32)), "[REDACTED:stripe_key]"],
  ],
  npm_token: [[key("np", "m_", R(36)), "[REDACTED:npm_token]"]],
  pypi_token: [[key("py", "pi-", R(60)), "[REDACTED:pypi_token]"]],
  databricks_token: [[key("da", "pi", HEX(32)), "[REDACTED:databricks_token]"]],
  sendgrid_key: [[key("S", "G.", R(22), ".", R(43)), "[REDACTED:sendgrid_key]"]],
  twilio_key: [[key("S", "K", HEX(32)), "[REDACTED:twilio_key]"]],
  jwt: [[`cookie-less ${key("ey", "J", R(20), ".ey", "J", R(30), ".", R(43))} end`, "cookie-less [REDACTED:jwt] end"]],
  bearer_token: [
    [`curl -H 'Authorization: Bearer ${R(12)}' x`, "curl -H 'Authorization: Bearer [REDACTED:bearer_token]' x"],
    [`sent bearer ${R(32)}`, "sent bearer [REDACTED:bearer_token]"],
  ],
  basic_auth: [["Basic dXNlcjpwYXNzd29yZA== sent", "Basic [REDACTED:basic_auth] sent"]],
  url_password: [
    [
      "postgres://app:s3cr%40t@db.example.com:5432/main",
      "postgres://app:[REDACTED:url_password]@db.example.com:5432/main",
    ],
    ["redis://:p@ss:w0rd@cache:6379", "redis://:[REDACTED:url_password]@cache:6379"],
    [`git clone https://${R(20)}@example.com/x`, "git clone https://[REDACTED:url_password]@example.com/x"],
  ],
  secret: [
    ["client_secret = 'abc123'", "client_secret = '[REDACTED:secret]'"],
    ["mytool --password hunter2 --verbose", "mytool --password [REDACTED:secret] --verbose"],
    ["my password is hunter2!", "my password is [REDACTED:secret]"],
    [`the API key is "${R(20)}".`, `the API key is "[REDACTED:secret]".`],
    [
      "https://x.blob.core.windows.net/c?sv=1&sig=abc%2Bdef",
      "https://x.blob.core.windows.net/c?sv=1&sig=[REDACTED:secret]",
    ],
    ["<clientSecret>abc</clientSecret>", "<clientSecret>[REDACTED:secret]</clientSecret>"],
  ],
  password: [
    ["password=hunter", "password=[REDACTED:password]"],
    ["DB_PASSWORD: hunter2\n", "DB_PASSWORD: [REDACTED:password]\n"],
    ["password: correcthorse\nnext", "password: [REDACTED:password]\nnext"],
    [`{"password":"a \\"b\\" c\\\\","x":1}`, `{"password":"[REDACTED:password]","x":1}`],
    [`"{\\"password\\":\\"hunter2\\",\\"x\\":1}"`, `"{\\"password\\":\\"[REDACTED:password]\\",\\"x\\":1}"`],
    [`{"password": 12345}`, `{"password": "[REDACTED:password]"}`],
    ["config['password'] = 'hunter2'", "config['password'] = '[REDACTED:password]'"],
    [
      "Server=db;User Id=sa;Password=p@ss!;Encrypt=yes",
      "Server=db;User Id=sa;Password=[REDACTED:password];Encrypt=yes",
    ],
    [`"password":"cut off here`, `"password":"[REDACTED:password]`],
  ],
  api_key: [
    [`AZURE_OPENAI_API_KEY=${HEX(32)}`, "AZURE_OPENAI_API_KEY=[REDACTED:api_key]"],
    [`cohere: CO_API_KEY="${R(40)}"`, `cohere: CO_API_KEY="[REDACTED:api_key]"`],
    [
      `aws_secret_access_key = ${key("wJalrXUtnFEMI", "/K7MDENG/bPxRfiCYEXAMPLEKEY")}`,
      "aws_secret_access_key = [REDACTED:api_key]",
    ],
    [`API key: ${R(24)}`, "API key: [REDACTED:api_key]"],
    ["AccountKey=abc123==;EndpointSuffix=x", "AccountKey=[REDACTED:api_key];EndpointSuffix=x"],
    ["?api_key=abc&x=1", "?api_key=[REDACTED:api_key]&x=1"],
    ["Ocp-Apim-Subscription-Key: 0123456789abcdef", "Ocp-Apim-Subscription-Key: [REDACTED:api_key]"],
  ],
  token: [
    [`{"access_token":"${R(20)}","token_type":"x"}`, `{"access_token":"[REDACTED:token]","token_type":"x"}`],
    [`const botToken = "${R(20)}";`, `const botToken = "[REDACTED:token]";`],
  ],
  authorization: [
    [`{"authorization":"Token ${R(10)}"}`, `{"authorization":"Token [REDACTED:authorization]"}`],
    ["Authorization: Token abc", "Authorization: Token [REDACTED:authorization]"],
  ],
  cookie: [
    ["Cookie: a=b; session=xyz, c=d\r\nHost: x", "Cookie: [REDACTED:cookie]\r\nHost: x"],
    [`{"set-cookie":"sid=1; Path=/"}`, `{"set-cookie":"[REDACTED:cookie]"}`],
  ],
  email: [
    ["mail joe.doe+x@mail.example.co.uk, or", "mail [REDACTED:email], or"],
    [`"line\\njoe@example.com\\n"`, `"line\\n[REDACTED:email]\\n"`],
    ["to=joe%40example.com&x", "to=[REDACTED:email]&x"],
    ["<jörg@bücher.example>", "<[REDACTED:email]>"],
  ],
  iban: [
    ["pay DE89 3704 0044 0532 0130 00 TODAY", "pay [REDACTED:iban] TODAY"],
    ["GB82WEST12345698765432", "[REDACTED:iban]"],
  ],
  card_number: [
    ["card 4111 1111 1111 1111, exp", "card [REDACTED:card_number], exp"],
    ["4111111111111111", "[REDACTED:card_number]"],
    ["3782-822463-10005", "[REDACTED:card_number]"],
    [`{"card": 5555555555554444}`, `{"card": "[REDACTED:card_number]"}`],
    [`"\\n4111-1111-1111-1111"`, `"\\n[REDACTED:card_number]"`],
  ],
  ssn: [
    ["SSN 123-45-6789.", "SSN [REDACTED:ssn]."],
    ["ssn: 123 45 6789", "ssn: [REDACTED:ssn]"],
  ],
  phone: [
    ["call +49 30 1234567 now", "call [REDACTED:phone] now"],
    ["+14155552671", "[REDACTED:phone]"],
    ["(415) 555-2671", "[REDACTED:phone]"],
    ["415-555-2671", "[REDACTED:phone]"],
    ["1-800-555-0199", "[REDACTED:phone]"],
    ["phone: 030 1234567", "phone: [REDACTED:phone]"],
    [`{"phone_number":"0301234567"}`, `{"phone_number":"[REDACTED:phone]"}`],
    [`"\\n+49 30 1234567"`, `"\\n[REDACTED:phone]"`],
  ],
  ip_address: [
    ["from 84.12.33.9 today", "from [REDACTED:ip_address] today"],
    ["from 2a00:1450:4001:81b::200e today", "from [REDACTED:ip_address] today"],
    ["http://8.8.8.8/x", "http://[REDACTED:ip_address]/x"],
  ],
};

describe("redaction of a text", () => {
  for (const [kind, cases] of Object.entries(CASES)) {
    it(`replaces what is of the kind ${kind}`, () => {
      for (const [given, expected] of cases) {
        assert.equal(redactor.text(given), expected);
        assert.equal(redactor.text(expected), expected, "a second time changes nothing");
      }
    });
  }

  it("finds a secret wherever it stands in a text", () => {
    const secrets = [
      key("sk", "-", R(48)),
      "joe@example.com",
      "4111111111111111",
      key("gh", "p_", R(36)),
      "+14155552671",
    ];
    const around: readonly (readonly [string, string])[] = [
      ["", ""],
      ["(", ")"],
      ['"', '"'],
      ["\\n", "\\n"],
      ["\\u0022", "\\u0022"],
      ["\t", "\r\n"],
      ["`", "`"],
      ["<", ">"],
      ["é ", " é"],
      ["= ", ";"],
    ];
    for (const secret of secrets) {
      for (const [before, after] of around) {
        const redacted = redactor.text(before + secret + after);
        assert.ok(!redacted.includes(secret.slice(4, -4)), redacted);
        assert.ok(redacted.startsWith(before) && redacted.endsWith(after), redacted);
      }
    }
  });

  it("is not deceived by a marker that the text brings along", () => {
    assert.equal(redactor.text("password=[REDACTED:x]hunter2"), "password=[REDACTED:password]");
    assert.equal(redactor.text('"password":"[REDACTED:x] hunter2"'), '"password":"[REDACTED:password]"');
    assert.equal(redactor.text("password=[REDACTED:x]"), "password=[REDACTED:x]");
  });
});
