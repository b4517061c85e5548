const CANDIDATE =
  /pass|pwd|secret|token|key|auth|cookie|credential|jwt|bearer|otp|cv[vc]2?|ssn|connectionstring|dsn|mnemonic|kennwort|contrase|senha|wachtw|has[łl]o|senord|парол|密码|パスワード|mot.?de/i;

/** The kinds that the name of a key alone can tell. */
export const SECRET_KEY_KINDS: readonly string[] = [
  "password",
  "secret",
  "token",
  "api_key",
  "authorization",
  "cookie",
  "otp",
  "card_code",
  "ssn",
  "seed_phrase",
];

/** A key that ends in one of these words holds a secret. Joined spellings stand beside the separated ones. */
const LAST_WORD: Readonly<Record<string, string>> = {
  password: "password",
  passwords: "password",
  passwd: "password",
  passphrase: "password",
  passwort: "password",
  kennwort: "password",
  motdepasse: "password",
  passe: "password",
  contraseña: "password",
  contrasena: "password",
  senha: "password",
  wachtwoord: "password",
  hasło: "password",
  haslo: "password",
  lösenord: "password",
  losenord: "password",
  пароль: "password",
  密码: "password",
  パスワード: "password",
  passcode: "password",
  pwd: "password",
  secret: "secret",
  secrets: "secret",
  clientsecret: "secret",
  credential: "secret",
  credentials: "secret",
  token: "token",
  accesstoken: "token",
  refreshtoken: "token",
  authtoken: "token",
  sessiontoken: "token",
  idtoken: "token",
  jwt: "token",
  bearer: "token",
  apikey: "api_key",
  apikeys: "api_key",
  accesskey: "api_key",
  secretkey: "api_key",
  privatekey: "api_key",
  accountkey: "api_key",
  authkey: "api_key",
  authorization: "authorization",
  cookie: "cookie",
  cookies: "cookie",
  setcookie: "cookie",
  mnemonic: "seed_phrase",
  dsn: "secret",
  otp: "otp",
  cvv: "card_code",
  cvv2: "card_code",
  cvc: "card_code",
  ssn: "ssn",
};

/** `… key` is a secret after these words only: a `primary key` or a `cache key` is none. */
const KEY_OWNERS = new Set(
  "api app application access private secret signing encryption auth account subscription master shared webhook deploy ssh rsa integration routing service consumer client admin storage sas session openai anthropic azure cohere gemini google groq mistral deepseek together voyage pinecone datadog cloudflare algolia mailgun license".split(
    " ",
  ),
);
/** `… pass` is a password after these words only: a `first pass` is none. */
const PASS_OWNERS = new Set(
  "db database smtp mail email user mysql postgres pg redis mongo ftp ssh admin root".split(" "),
);
/** `… token` after these words is a count, a text or a place in a list. */
const HARMLESS_TOKENS = new Set(
  "max min input output total prompt completion cached reasoning next page continuation stop eos bos pad unk sep cls mask special per first last image audio text start end sync current unexpected invalid previous cancellation cancel chat each one".split(
    " ",
  ),
);
/** Words that say in which form the secret is. */
const FORMS = new Set(
  "value string text plain plaintext hash confirmation confirm repeat raw base64 b64 hex header data pem".split(" "),
);

function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/**
 * The kind of secret that a key of this name holds (`password`, `api_key`, `token`, `authorization`, …), or undefined. Spelling does
 * not matter: `apiKey`, `API_KEY`, `x-api-key` and `user.apikey` are the same.
 */
export function sensitiveKeyKind(key: string): string | undefined {
  if (key.length > 200 || !CANDIDATE.test(key)) return undefined;
  const words = wordsOf(key);
  while (words.length > 1 && FORMS.has(words.at(-1) as string)) words.pop();
  // `API_KEY_2` is the second of several; `token_2` may as well be a piece of a text.
  if (/^\d{1,4}$/.test(words.at(-1) ?? "") && words.length > (words.at(-2) === "token" ? 2 : 1)) words.pop();
  const last = (words.at(-1) ?? "").replace(/(?<=[a-z]{3})\d$/, "");
  const before = words.at(-2) ?? "";
  // PagerDuty's is a secret, a message broker's an address.
  if (last === "key" && before === "routing" && words.includes("messaging")) return undefined;
  if ((last === "key" || last === "keys") && KEY_OWNERS.has(before)) return "api_key";
  if (last === "pass" && PASS_OWNERS.has(before)) return "password";
  if (last === "string" && before === "connection") return "secret";
  if (last === "token" && HARMLESS_TOKENS.has(before)) return undefined;
  return Object.hasOwn(LAST_WORD, last) ? LAST_WORD[last] : undefined;
}

const QUERY_NAMES = new Set([
  "key",
  "sig",
  "signature",
  "auth",
  "x-amz-signature",
  "x-amz-credential",
  "x-amz-security-token",
  "x-goog-signature",
  "x-goog-credential",
]);

/** As sensitiveKeyKind, for the name of a query parameter, where `key` and `sig` are secrets too. */
export const sensitiveParameterKind = (name: string): string | undefined =>
  sensitiveKeyKind(name) ?? (QUERY_NAMES.has(name.toLowerCase()) ? "secret" : undefined);

/** What a key of these names holds is personal where the value looks like it. */
const PERSONAL_KEYS: readonly (readonly [kind: string, key: RegExp, value: RegExp])[] = [
  [
    "date_of_birth",
    /(?:^|_)(?:dob|date_?of_?birth|birth_?(?:date|day)|geburtsdatum|fecha_?nacimiento|date_?naissance)$/,
    /^\D{0,12}\d[\d\D]{3,30}$/,
  ],
  [
    "phone",
    /(?:^|_)(?:phone|mobile|tele?phone|cell|fax|whatsapp|tel)(?:_?(?:number|no|nr|num))?$/,
    /^[+(]?\d(?:[ ./()-]{0,2}\d){5,14}$/,
  ],
  ["passport", /(?:^|_)passport(?:_?(?:number|no|nr|num|id))?$/, /^(?=(?:.*\d){3})[A-Z0-9]{6,12}$/i],
  ["driver_license", /(?:^|_)driver'?s?_?licen[sc]e(?:_?(?:number|no|nr|num|id))?$/, /^(?=.*\d{3})[A-Z0-9 -]{5,20}$/i],
  [
    "national_id",
    /(?:^|_)(?:national|tax|social|citizen|identity|government)_?(?:id|identifier|number|no|insurance_?number|security_?number|card_?number)$|(?:^|_)(?:bsn|cpf|pesel|nino|nif|dni|curp|aadhaar|personnummer|steuer_?id|codice_?fiscale|sin|tfn|nhs_?number)$/,
    /^(?=(?:.*\d){5})[A-Z0-9][A-Z0-9 ./-]{5,22}$/i,
  ],
  [
    "card_number",
    /(?:^|_)(?:credit_?|debit_?|payment_?)?card_?(?:number|no|num)$|(?:^|_)pan$/,
    /^\d(?:[ -]?\d){11,18}$/,
  ],
  [
    "bank_account",
    /(?:^|_)(?:bank_?)?account_?(?:number|no|nr)$|(?:^|_)routing_?(?:number|no)$|(?:^|_)sort_?code$/,
    /^\d(?:[ -]?\d){5,17}$/,
  ],
  [
    "health_number",
    /(?:^|_)(?:mrn|medical_?record_?(?:number|no|id)|health_?(?:insurance|card)_?(?:number|no|id)|insurance_?(?:number|no|id)|medicare_?(?:number|no|id))$/,
    /^(?=(?:.*\d){4})[A-Z0-9][A-Z0-9 -]{4,22}$/i,
  ],
  ["geo_location", /(?:^|_)(?:lat|latitude|lon|lng|longitude)$/, /^[-+]?\d{1,3}\.\d{3,}$/],
];

/** The kinds that the name of a key and the look of its value tell together. */
export const PERSONAL_KEY_KINDS: readonly string[] = PERSONAL_KEYS.map(([kind]) => kind);

const PERSONAL_CANDIDATE =
  /birth|dob|phone|mobile|tel|cell|fax|whatsapp|passport|licen|national|tax|social|citizen|identity|government|bsn|cpf|pesel|nino|nif|dni|curp|aadhaar|personnummer|steuer|codice|sin|tfn|nhs|card|pan|account|routing|sort|mrn|medical|health|insurance|medicare|lat|lon|lng|geburts|fecha|naissance/i;

/** `phoneNumbers` is `phone_number`. */
const personalName = (key: string): string =>
  wordsOf(key)
    .join("_")
    .replace(/(phone|number)s$/, "$1");

/** The kind of personal data that a key of this name holds, if its value looks like it; undefined otherwise. */
export function personalKeyKind(key: string, value: string): string | undefined {
  if (key.length > 60 || value.length > 60 || value.length < 4 || !PERSONAL_CANDIDATE.test(key)) return undefined;
  const name = personalName(key);
  return PERSONAL_KEYS.find(([, names, values]) => names.test(name) && values.test(value))?.[0];
}

/** Whether the name of a key says something of its value, whatever that is: as far as these two are concerned, others need no look. */
export function tellsOfValue(key: string): boolean {
  if (sensitiveKeyKind(key) !== undefined) return true;
  if (key.length > 60 || !PERSONAL_CANDIDATE.test(key)) return false;
  const name = personalName(key);
  return PERSONAL_KEYS.some(([, names]) => names.test(name));
}
