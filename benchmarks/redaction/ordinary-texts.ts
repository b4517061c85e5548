import { ALNUM, chars, createRandom, DIGITS, HEX, pick, uuid } from "./random.ts";

/** What agents read and write all day, in which there is nothing to hide. A group a sort of text. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  english: [
    "The password is required. Your token has expired, and the secret to success is practice.",
    "In 1999–2000 about 12 345 678 people (45.6 %) moved; call it 3-4 per 1000.",
    "Chapter 12: 415 pages, 555 figures, 2671 references. Ratio 4:3 at 12:30 on 21/11/2026.",
    "The key to the north wall was lost in 1923, and the token gesture of 1924 did not help.",
    "He was born in London and studied there; her birthday is next week. The passport office opens at 9.",
    "Section 7.1.2.3 of the manual says that the account is closed after 30 days.",
    "My key takeaway is that the API key rotation should be automated by Q4 2026.",
    "The phone rang 3 times. The mobile market grew by 12.5 % to 1,234,567 units in 2025.",
    "Flight LH1234 departs at 10:35 from gate B12; booking for 2 adults, 1 child.",
    "Route 66 is 3,940 km long. The lake lies at 1,234 m. It has 52.5 % water.",
  ],
  german: [
    "Das Passwort muss mindestens zwölf Zeichen haben. Das Schlüsselwort lautet Geduld.",
    "Der Umsatz stieg 2025 um 12,5 % auf 1.234.567,89 Euro; siehe Abschnitt 4.2.1.3.",
    "Geboren wurde die Idee im Jahr 2019; das Konto wurde nach 30 Tagen geschlossen.",
    "Am 21.11.2026 um 10:00 Uhr treffen wir uns in Raum 1.234 (Haus 5).",
  ],
  french: [
    "Le mot de passe doit contenir douze caractères. La clé est de rester calme : c'est important.",
    "Il y a 12 345 678 habitants (45,6 %), soit 3 fois plus qu'en 1950.",
    "Le passeport est nécessaire ; la réunion aura lieu le 21 novembre 2026 à 10 h 30.",
  ],
  spanish: [
    "La contraseña debe tener doce caracteres. La clave es la paciencia, y el secreto está en la masa.",
    "En 2025 se vendieron 1.234.567 unidades, un 12,5 % más que en 2024.",
  ],
  others: [
    "密码必须至少十二个字符。会议于2026年11月21日10:00开始,共有1234人参加。",
    "パスワードは十二文字以上です。会議は2026年11月21日に始まります。",
    "Пароль должен содержать не менее двенадцати символов. В 2025 году было 1 234 567 человек.",
    "كلمة المرور يجب أن تكون ١٢ حرفا على الأقل في عام ٢٠٢٦",
    "पासवर्ड कम से कम १२ अक्षरों का होना चाहिए।",
    "Hasło musi mieć co najmniej dwanaście znaków. A senha deve ter doze caracteres.",
    "👩‍💻 ship it 🚀️ — “great” work… 100 % done ✅",
  ],
  code: [
    "const token = await getToken(); if (token === undefined) throw new Error('no token');",
    "interface Login { user: string; password: string; apiKey?: string; token: string | null }",
    "client = OpenAI(api_key=os.environ['OPENAI_API_KEY'], timeout=30, max_retries=5)",
    "apiKey: process.env.OPENAI_API_KEY, password: config.database.password, secret: options.secret,",
    "std::cout << x << std::endl; a::b::c(); for (int i = 0; i < 10; i++) sum += a[i] >> 2;",
    "uses: actions/checkout@v4.2.1\n      with: { token: ${{ secrets.GITHUB_TOKEN }} }",
    "SELECT id, password_hash FROM users WHERE created_at > '2026-01-01' LIMIT 100;",
    "position: absolute; top: 12.5px; transform: matrix(1.0, 0.123, -0.456, 1.0, 0, 0); color: #a1b2c3;",
    "git clone git@github.com:owner/repo.git && npm i react@18.2.0 @scope/name@1.2.3-beta.4",
    '{"type":"object","properties":{"password":{"type":"string"},"dateOfBirth":{"type":"string","format":"date"}}}',
    "const PHONE = /\\+?\\d{1,3}[ -]\\d{3}/; const mac = buffer.toString('hex'); const lat = 0; const TAX_ID = 'tax_id';",
    "<path d='M12.345 67.890 L98.765,43.210 Z'/> <svg viewBox='0 0 1024 1024'>",
    "assert.equal(add(1234, 5678), 6912); expect(total).toBe(0.30000000000000004)",
    "export const ATTR_AWS_S3_KEY = 'aws.s3.key'; const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';",
    "def login(password: str, token: Optional[str] = None) -> bool:",
    "headers: { Authorization: `Bearer ${apiKey}`, 'x-api-key': apiKey }",
  ],
  stack_traces: [
    "TypeError: Cannot read properties of undefined (reading 'token')\n    at login (/app/src/auth.ts:123:45)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "Traceback (most recent call last):\n  File \"/usr/lib/python3.12/site-packages/x.py\", line 1234, in run\nKeyError: 'password'",
    "panic: runtime error: index out of range [5] with length 3\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d\nexit status 2",
    "java.lang.NullPointerException: secret must not be null\n\tat com.example.Key.get(Key.java:42)",
  ],
  markdown: [
    "# API keys\n\n| name | meaning |\n|---|---|\n| `OPENAI_API_KEY` | your key, such as `sk-...` |\n",
    "- [ ] rotate the **token**\n- [x] update the `password` field\n\n```sh\nexport API_KEY=<your key>\n```",
    "See [the docs](https://example.com/docs/auth?page=2#tokens) or ![logo](logo@2x.png).",
  ],
  names: [
    "gpt-4o-2024-08-06 gpt-4.1-mini o3-2025-04-16 claude-sonnet-4-20250514 gemini-2.5-pro-preview-05-06",
    "text-embedding-3-large mistral-large-2411 llama-3.3-70b-instruct deepseek-r1-0528 qwen2.5-72b",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
    "projects/my-project-123456/locations/us-central1/publishers/google/models/gemini-2.5-flash",
    "sha512-9WdIk6rOpjv6EsDEzTkAFPeDbCtEFTsWYsTUUQLE4bkhKyChKLtp9qmJ6Cj3oPbrLWp1ExW8n4oEvXzK2r3mwQ==",
    "pa-ris fc-barcelona re_render sk_test key-value api-gateway mob-programming pat-a-cake A3-paper SK-II",
  ],
};

const FLOATS = (random: (below: number) => number): string =>
  `[${Array.from({ length: 40 }, () => `${random(2) === 0 ? "-" : ""}0.${chars(random, DIGITS, 6 + random(12))}`).join(", ")}]`;

const BYTES = (random: (below: number) => number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random(256)));

/** Ids, numbers, times and encoded bytes as programs make them, in lines as programs write them. */
const GENERATED: Readonly<Record<string, (random: (below: number) => number) => string>> = {
  uuids: (random) => `request ${uuid(random)} of session ${uuid(random).toUpperCase()}`,
  trace_ids: (random) => `00-${chars(random, HEX, 32)}-${chars(random, HEX, 16)}-01 span ${chars(random, HEX, 16)}`,
  hashes: (random) =>
    `sha256:${chars(random, HEX, 64)} commit ${chars(random, HEX, 40)} md5 ${chars(random, HEX, 32)} ${chars(random, HEX, 7)}`,
  provider_ids: (random) =>
    `chatcmpl-${chars(random, ALNUM, 29)} call_${chars(random, ALNUM, 24)} msg_01${chars(random, ALNUM, 22)} req_011${chars(random, ALNUM, 21)} toolu_01${chars(random, ALNUM, 22)} resp_${chars(random, HEX, 48)} run_${chars(random, ALNUM, 24)}`,
  timestamps: (random) =>
    `17${chars(random, DIGITS, 8)} 17${chars(random, DIGITS, 11)} 17${chars(random, DIGITS, 17)} 2026-11-${10 + random(20)}T1${random(10)}:${10 + random(50)}:00.${chars(random, DIGITS, 3)}Z`,
  numbers: (random) =>
    `{"id":${random(1_000_000_000)},"count":${random(100_000)},"bytes":${1_000_000_000 + random(1_000_000_000)},"ratio":0.${chars(random, DIGITS, 8)},"big":1${chars(random, DIGITS, 18)}}`,
  usage: (random) =>
    `{"prompt_tokens":${random(100_000)},"completion_tokens":${random(9000)},"total_tokens":${random(200_000)},"max_tokens":4096,"cost_usd":0.00${chars(random, DIGITS, 5)}}`,
  prices: (random) =>
    `$${random(1000)}.${chars(random, DIGITS, 2)} EUR ${1 + random(9)},${chars(random, DIGITS, 3)}.00 ${random(99)}.${chars(random, DIGITS, 3)},00 €`,
  versions: (random) =>
    `v${random(30)}.${random(30)}.${random(30)} Chrome/131.0.${random(9999)}.${random(200)} node-${random(25)}.${random(20)}.${random(9)} version ${random(9)}.${random(99)}.${random(99)}.${random(99)}`,
  embeddings: FLOATS,
  images: (random) => `data:image/png;base64,iVBORw0KGgo${BYTES(random, 600).toString("base64").replace(/=+$/, "")}`,
  base64: (random) => `{"signature":"${BYTES(random, 180).toString("base64")}","n":1}`,
  private_addresses: (random) =>
    `10.${random(256)}.${random(256)}.${random(256)}:4317 192.168.${random(256)}.${random(256)} 172.${16 + random(16)}.0.${1 + random(254)} 127.0.0.1 ::1 fe80::${chars(random, HEX, 4)}`,
  logs: (random) =>
    `2026-11-21 10:${10 + random(50)}:${10 + random(50)},${chars(random, DIGITS, 3)} INFO [worker-${random(16)}] app.jobs: job ${random(100_000)} took ${random(5000)}.${random(10)} ms (attempt ${1 + random(3)}/3)`,
  orders: (random) =>
    `order ${chars(random, DIGITS, 6)}-${chars(random, DIGITS, 3)} invoice 2026-11-${chars(random, DIGITS, 4)} ticket ABC-${chars(random, DIGITS, 5)} SKU ${pick(random, ["AB", "XZ"])}-${chars(random, DIGITS, 4)}`,
  object_ids: (random) =>
    `65${chars(random, HEX, 22)} 01${chars(random, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)} ${chars(random, ALNUM, 21)} c${chars(random, "abcdefghijklmnopqrstuvwxyz0123456789", 24)}`,
};

export type OrdinaryText = { readonly group: string; readonly text: string };

/** All that was written, alone and as JSON, and so many of each sort that is generated. */
export function createOrdinaryTexts(perGroup: number, seed: number): OrdinaryText[] {
  const random = createRandom(seed);
  const written = Object.entries(WRITTEN).flatMap(([group, texts]) => texts.map((text) => ({ group, text })));
  const generated = Object.entries(GENERATED).flatMap(([group, make]) =>
    Array.from({ length: perGroup }, () => ({ group, text: make(random) })),
  );
  const plain = [...written, ...generated];
  return [
    ...plain,
    ...plain.map(({ group, text }) => ({ group, text: JSON.stringify({ role: "user", content: text }) })),
  ];
}
