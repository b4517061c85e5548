import { type Claim, pastEscape } from "./rule.ts";

const LOCAL_CODES = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9._%+'-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const MAX_LOCAL = 64;
const DOMAIN =
  /(?:[A-Za-z0-9\u00c0-\u052f](?:[A-Za-z0-9\u00c0-\u052f-]{0,61}[A-Za-z0-9\u00c0-\u052f])?\.){1,8}(?:[A-Za-z\u00c0-\u052f]{2,24}|xn--[a-z0-9]{2,40})(?![A-Za-z0-9])/y;
/** `logo@2x.png` is a file. */
const FILE_ENDINGS = /\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|[cm]?[jt]sx?|json|html?|pdf|ya?ml)$/i;

function isInUserinfo(text: string, start: number): boolean {
  for (let at = start - 1; at >= 0 && start - at < 80; at--) {
    const character = text[at] as string;
    if (character === "/") return text[at - 1] === "/" && text[at - 2] === ":";
    if (!/[A-Za-z0-9._~%:!$&'()*+,;=@-]/.test(character)) return false;
  }
  return false;
}

function findEmailAt(text: string, at: number, width: number, claim: Claim): void {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL) {
    const code = text.charCodeAt(start - 1);
    if (code < 128 ? LOCAL_CODES[code] !== 1 || (width === 3 && code === 37) : code < 0xc0 || code > 0x52f) break;
    start--;
  }
  start = pastEscape(text, start, at);
  while (start < at && "'.%+-".includes(text[start] as string)) start++;
  if (start === at) return;
  DOMAIN.lastIndex = at + width;
  if (!DOMAIN.test(text)) return;
  const end = DOMAIN.lastIndex;
  const domain = text.slice(at + width, end);
  if (/^\d+\.\d+/.test(domain) || FILE_ENDINGS.test(domain)) return;
  // git@github.com:owner/name names a machine's account.
  if (text.slice(start, at) === "git" && (text[end] === ":" || text[end] === "/")) return;
  if (isInUserinfo(text, start)) return;
  if (width === 3 && /%2F%2F[^%]{0,80}%3A$/i.test(text.slice(Math.max(0, start - 100), start))) return;
  claim(start, end);
}

export function findEmails(text: string, claim: Claim): void {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) findEmailAt(text, at, 1, claim);
  for (let at = text.indexOf("%40"); at !== -1; at = text.indexOf("%40", at + 3)) findEmailAt(text, at, 3, claim);
}
