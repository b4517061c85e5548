import { backslashesBefore, byPattern, type Claim, lazyPattern, type Rule, wordBefore } from "./rule.ts";
import { sensitiveKeyKind } from "./sensitive-key.ts";

const PEM_HEAD = /-----BEGIN [A-Z0-9 ]{0,40}$/;
const PEM_END = /-----END [^-\n]{0,60}-----/y;
/** With what may hide in it: invisible characters, letters that look like ours. */
const PEM_BODY = /[A-Za-z0-9+/=\s\\:,\u00ad\u0370-\u052f\u200b-\u200f\u2060\ufeff-]*/y;

/** Private keys in PEM, whole or cut off before their end. */
export function findPrivateKeys(text: string, claim: Claim): void {
  for (let at = text.indexOf("PRIVATE KEY"); at !== -1; at = text.indexOf("PRIVATE KEY", at)) {
    const head = PEM_HEAD.exec(text.slice(Math.max(0, at - 60), at));
    const tail = at + "PRIVATE KEY".length;
    at = tail;
    if (head === null) continue;
    PEM_BODY.lastIndex = tail;
    PEM_BODY.test(text);
    let end = PEM_BODY.lastIndex;
    const last = text.slice(tail, end).indexOf("-----END ");
    PEM_END.lastIndex = tail + last;
    if (last !== -1 && PEM_END.test(text)) end = PEM_END.lastIndex;
    // A backslash before a quote belongs to the quote.
    else if (text[end] === '"') end -= backslashesBefore(text, end);
    claim(tail - "PRIVATE KEY".length - head[0].length, end);
    at = Math.max(at, end);
  }
}

const URL_PLACEHOLDER =
  /^(?:\[REDACTED:[a-z0-9_]+\]|\$\{.*|\$[A-Z_]+|\{.*|\*+|x{3,}|%s|pass|password|passwd|pwd|redacted)$/i;
const AUTHORITY = /[^\s"'`<>/?#\\]{1,1024}/y;

/** The password in `scheme://user:password@host`, or a token that stands in place of the user. */
export function findUrlPasswords(text: string, claim: Claim): void {
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    AUTHORITY.lastIndex = at + 3;
    if (!AUTHORITY.test(text)) continue;
    const authority = text.slice(at + 3, AUTHORITY.lastIndex);
    const host = authority.lastIndexOf("@");
    if (host <= 0) continue;
    const colon = authority.indexOf(":");
    const from = colon !== -1 && colon < host ? colon + 1 : 0;
    const secret = authority.slice(from, host);
    if (secret === "" || URL_PLACEHOLDER.test(secret)) continue;
    if (from > 0 || (secret.length >= 16 && /\d/.test(secret))) claim(at + 3 + from, at + 3 + host);
  }
}

export const findBearers: Rule["find"] = byPattern(
  /(\bbearer(?:\s{1,3}|%20|\+))[A-Za-z0-9._~+/=-]{7,}[A-Za-z0-9_~+/=-]/gi,
  // "bearer certificates" is prose.
  (found) => /\d/.test(found) || (/[a-z][A-Z]/.test(found) && found.length >= 16) || found.length >= 32,
);

export const findBasics: Rule["find"] = byPattern(
  /(\bbasic\s{1,3})[A-Za-z0-9+/]{6,}={0,2}(?![A-Za-z0-9])/gi,
  (found) => {
    const decoded = Buffer.from(found.slice(0, 400), "base64").toString("latin1");
    return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(decoded);
  },
);

/** `--password hunter2`. */
export const findFlags: Rule["find"] = byPattern(
  /(--(?:[a-z]{1,20}-){0,3}(?:password|passwd|pwd|passphrase|token|secret|api-?key) {1,3})(?![-[<$"'{])[^\s"'`\\]{3,}[^\s"'`\\.]/g,
  (found) => /\d|[!#%^*+@]/.test(found) || found.length >= 12,
);

const ELEMENT = /<([A-Za-z][\w.:-]{1,60})>([^<>\s"]{1,1024})<\/\1>/g;

/** `<password>…</password>`. */
export function findElements(text: string, claim: Claim): void {
  ELEMENT.lastIndex = 0;
  for (let match = ELEMENT.exec(text); match !== null; match = ELEMENT.exec(text)) {
    const [whole, name = "", secret = ""] = match;
    const kind = sensitiveKeyKind(name);
    if (kind === undefined || /^\[REDACTED:[a-z0-9_]+\]$/.test(secret)) continue;
    const start = match.index + name.length + 2;
    claim(start, start + secret.length, { kind });
    ELEMENT.lastIndex = match.index + whole.length;
  }
}

const TELLS =
  "(?: is| was| to| ist| war| lautet| est| es| era| é| è| jest| är| =| –| -| ->)(?: now| changed to| set to| jetzt)?:? {1,2}[\"'`“„«]?(?![:}])";
const TOLD = "[^\\s\"'`“”«»<>\\\\,;[\\]]{6,512}";
const QUOTE_OR_NOT = "[\"'`”]?";

/** "My password is hunter2": what people tell a model. */
export const createSpokenSecrets = (): Rule[] =>
  "password,passphrase,passcode,passwort,kennwort,key,token,secret,contraseña,contrasena,clave,senha,wachtwoord,mot de passe,hasło,haslo,lösenord,losenord"
    .split(",")
    .map((name) => {
      const told = spoken(name, `${QUOTE_OR_NOT}(?:${TELLS}| {1,2}["'\`]?)(${TOLD})`);
      return { kind: "secret", anchors: told.anchors, find: told.find };
    });

/** Where `name` stands, and what is told after it. */
function spoken(name: string, tail: string): Pick<Rule, "anchors" | "find"> {
  const forms = [...new Set([name, name.charAt(0).toUpperCase() + name.slice(1), name.toUpperCase()])];
  const shape = lazyPattern(tail, "y");
  const anchors = forms.map((form) => form.split(/[^ -~]+/).reduce((a, b) => (b.length > a.length ? b : a), ""));
  const find: Rule["find"] = (text, claim) => {
    const pattern = shape();
    for (const form of forms) {
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
        const next = text.charCodeAt(at + form.length);
        if ((next !== 32 && next !== 34 && next !== 39 && next !== 96 && next !== 0x201d) || wordBefore(text, at))
          continue;
        pattern.lastIndex = at + form.length;
        const found = pattern.exec(text)?.[1];
        if (found === undefined) continue;
        const secret = found.replace(/&\w{1,20}=.*$/, "").replace(/(?<=.{6})[.)?:,]+$/, "");
        const end = pattern.lastIndex - found.length + secret.length;
        const between = text.slice(at + form.length, end - secret.length);
        if (/[a-zéèä=–>-]/.test(between) ? isTold(secret) : isToken(secret)) claim(end - secret.length, end);
      }
    }
  };
  return { anchors: [...new Set(anchors)], find };
}

const isTold = (secret: string): boolean =>
  secret.length >= 6 &&
  /\d/.test(secret) &&
  /[A-Za-z]/.test(secret) &&
  !/^[a-z]\w*(?:\.[a-z]\w*)+$|^\d+[A-Za-z%]{1,3}$|^v?\d+(?:\.\d+)+|^[a-z]+-\d{1,4}$|[(=/]|^[a-z]+[_-][a-z0-9_-]+$/i.test(
    secret,
  );

/** Without a word between, only what can be nothing else. */
const isToken = (secret: string): boolean =>
  /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{20,}$|^[0-9a-f]{32,}$/.test(secret);

const KEYFILE = /PuTTY-User-Key-File-\d[^"]{0,20000}?Private-Lines: ?\d{1,4}/y;
const KEYFILE_BODY = /(?:(?:\r?\n|\\r|\\n){1,2}[A-Za-z0-9+/=]{1,80}){1,200}/y;

/** The private half of a key file of PuTTY. */
export function findPuttyKeys(text: string, claim: Claim): void {
  for (let at = text.indexOf("PuTTY-User-Key-File-"); at !== -1; at = text.indexOf("PuTTY-User-Key-File-", at + 1)) {
    KEYFILE.lastIndex = at;
    if (!KEYFILE.test(text)) return;
    KEYFILE_BODY.lastIndex = KEYFILE.lastIndex;
    if (!KEYFILE_BODY.test(text)) continue;
    claim(KEYFILE.lastIndex, KEYFILE_BODY.lastIndex);
    at = KEYFILE_BODY.lastIndex;
  }
}

const PHRASE =
  /(?:phrase|mnemonic|seed words?)\\{0,4}["']?(?: is| are)?\s{0,3}[:=]?\s{0,3}\\{0,4}["']?((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])/gi;

/** Twelve to twenty-four words from which a wallet is made. */
export function findSeedPhrases(text: string, claim: Claim): void {
  PHRASE.lastIndex = 0;
  for (let match = PHRASE.exec(text); match !== null; match = PHRASE.exec(text)) {
    const end = match.index + match[0].length;
    const words = (match[1] ?? "").split(" ");
    // The words of BIP 39 are nouns and verbs: a sentence has some of these.
    if (words.length % 3 === 0 && !words.some((word) => COMMON_WORDS.has(word.toLowerCase())))
      claim(end - (match[1]?.length ?? 0), end);
  }
}

const COMMON_WORDS = new Set(
  "the and are was you your for not but with from that this which have has had its his her they them then than will would can our who been were into out all any one two".split(
    " ",
  ),
);

const DOCKER_AUTH = /("auth\\{0,4}"\s{0,3}:\s{0,3}\\{0,4}")[A-Za-z0-9+/]{8,400}={0,2}(?=\\{0,4}")/g;

/** What docker and npm keep: user and password in base64. */
export const findStoredAuths: Rule["find"] = byPattern(DOCKER_AUTH, (found) =>
  /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(Buffer.from(found, "base64").toString("latin1")),
);

/** `machine host login name password secret`. */
export const findNetrc: Rule["find"] = byPattern(
  /(\bmachine\s{1,4}\S{1,100}\s{1,4}login\s{1,4}\S{1,100}\s{1,4}password\s{1,4})[^\s"\\]{2,200}[^\s"\\.]/g,
);
