const CANDIDATE = /pass|pwd|secret|token|key|auth|cookie|credential|jwt|bearer|otp|cv[vc]2?|ssn|connectionstring/i;

/** A key that ends in one of these words holds a secret. Joined spellings stand beside the separated ones. */
const LAST_WORD: Readonly<Record<string, string>> = {
  password: "password",
  passwords: "password",
  passwd: "password",
  passphrase: "password",
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
  otp: "otp",
  cvv: "card_code",
  cvv2: "card_code",
  cvc: "card_code",
  ssn: "ssn",
};

/** `… key` is a secret after these words only: a `primary key` or a `cache key` is none. */
const KEY_OWNERS = new Set(
  "api access private secret signing encryption auth account subscription master shared webhook deploy ssh openai anthropic azure cohere gemini groq mistral license".split(
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
  "value string text plain plaintext hash confirmation confirm repeat raw base64 b64 hex header".split(" "),
);

function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
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
  const last = (words.at(-1) ?? "").replace(/(?<=[a-z]{3})\d$/, "");
  const before = words.at(-2) ?? "";
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
