import { type Claim, wordBefore } from "./rule.ts";

/** A public address. Private, loopback, link-local, shared and multicast ones name no person; x.y.0.0 is a version. */
export function isPublicIpv4(found: string): boolean {
  const parts = found.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  if (parts.some((part) => part > 255) || /(?:^|\.)0\d/.test(found)) return false;
  if (a === 0 || a === 10 || a === 127 || a >= 224 || (c === 0 && d === 0)) return false;
  if ((a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  return !(a === 100 && b >= 64 && b <= 127);
}

const VERSION_BEFORE = /(?:[A-Za-z0-9]\/|\bv(?:er(?:sion)?)?[ .:="']{0,3}|[@^~]|[=~<>]=|§ ?|\bsection )$/i;

const ADDRESS_BEFORE = /(?:\bip\b|addr|host|from|client|peer|remote|server|\/\/(?=$)|@)[^.]{0,14}$/i;

/** Versions say so; the number of a section (7.1.2.3) has small parts only, as few addresses have. */
export function isVersion(found: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 24), start);
  if (VERSION_BEFORE.test(before)) return true;
  return found.split(".").every((part) => Number(part) < 26) && !ADDRESS_BEFORE.test(before);
}

const HEX = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-fA-F]/.test(String.fromCharCode(code)) ? 1 : 0));
const isHex = (text: string, at: number): boolean => HEX[text.charCodeAt(at)] === 1;

/** Only addresses that are given out to somebody: 2000::/3. */
const IPV6 = /[23][0-9a-fA-F]{3}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])/y;

function isIpv6(found: string): boolean {
  const groups = found.split(":");
  return found.includes("::")
    ? groups.filter((group) => group !== "").length >= 2 && found.indexOf("::") === found.lastIndexOf("::")
    : groups.length === 8;
}

const isFree = (text: string, start: number): boolean =>
  !wordBefore(text, start) && !":._".includes(text[start - 1] ?? " ");

const MAC = /[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}(?![\w:-])/y;
/** All zeros or all ones name no device. */
const isDevice = (found: string): boolean => !/^(?:(?:00.){5}00|(?:ff.){5}ff)$/i.test(found) && /\d/.test(found);

export function findIpv6(text: string, claim: Claim): void {
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    // The first group of such an address has four digits.
    if (at < 4 || !isHex(text, at - 1) || !isHex(text, at - 4) || !isFree(text, at - 4)) continue;
    IPV6.lastIndex = at - 4;
    if (!IPV6.test(text)) continue;
    if (isIpv6(text.slice(at - 4, IPV6.lastIndex))) claim(at - 4, IPV6.lastIndex);
    at = IPV6.lastIndex - 1;
  }
}

function findMacs(text: string, sign: string, claim: Claim): void {
  const code = sign.charCodeAt(0);
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) {
    if (text.charCodeAt(at + 3) !== code || text.charCodeAt(at + 6) !== code || at < 2) continue;
    const start = at - 2;
    MAC.lastIndex = start;
    if (!MAC.test(text)) continue;
    if (isFree(text, start) && text[start - 1] !== "-" && isDevice(text.slice(start, start + 17)))
      claim(start, start + 17);
    at = MAC.lastIndex - 1;
  }
}

const CISCO = /(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/iy;

export function findMacAddresses(text: string, claim: Claim): void {
  findMacs(text, ":", claim);
  findMacs(text, "-", claim);
  for (let at = text.indexOf("."); at !== -1; at = text.indexOf(".", at + 1)) {
    if (text.charCodeAt(at + 5) !== 46 || at < 4) continue;
    CISCO.lastIndex = at - 4;
    const found = text.slice(at - 4, at + 10);
    if (CISCO.test(text) && /[a-f]/i.test(found) && /\d/.test(found)) claim(at - 4, at + 10);
  }
}
