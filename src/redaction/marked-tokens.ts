import { byPattern, type Claim, pastEscape, type Rule, token, wordBefore } from "./rule.ts";

/**
 * Tokens that are known by a mark in their middle or at their end. From the mark, the word is read to both sides; `shape` says what
 * the whole of it must be.
 */
function around(mark: string, part: RegExp, reach: number, shape: RegExp): Rule["find"] {
  const isPart = (text: string, at: number): boolean => part.test(text[at] as string);
  return (text, claim) => {
    for (let at = text.indexOf(mark); at !== -1; ) {
      let start = at;
      while (start > 0 && at - start < reach && isPart(text, start - 1)) start--;
      let end = at + mark.length;
      while (end < text.length && end - at < reach && isPart(text, end)) end++;
      const whole = (start === 0 || !isPart(text, start - 1)) && (end === text.length || !isPart(text, end));
      start = pastEscape(text, start, at);
      while (end > at && text[end - 1] === ".") end--;
      if (whole && shape.test(text.slice(start, end))) {
        claim(start, end);
        at = text.indexOf(mark, end);
      } else at = text.indexOf(mark, at + mark.length);
    }
  };
}

const ALNUM = /[A-Za-z0-9]/;
const BASE64 = /[A-Za-z0-9+/=]/;
const LOOSE = /[A-Za-z0-9_~.-]/;
const URL_SAFE = /[A-Za-z0-9_.-]/;

/** Each service of Azure has a mark of its own in the keys that it gives out since 2022. */
const AZURE_MARKS = "+ASt +AMC ACDb AzCa AzSe AzFu AIoT +ACR AzEG +ABa AZEG +ASb +AEh +ARm APIM".split(" ");

const TELEGRAM = /\d{8,10}:AA[A-Za-z0-9_-]{32,34}(?![A-Za-z0-9_-])/y;

/** The number of the bot, a colon, 35 characters. */
function findTelegramTokens(text: string, claim: Claim): void {
  for (let at = text.indexOf(":AA"); at !== -1; at = text.indexOf(":AA", at + 3)) {
    let start = at;
    while (start > 0 && at - start < 11 && /\d/.test(text[start - 1] as string)) start--;
    TELEGRAM.lastIndex = start;
    if ((start === 0 || !wordBefore(text, start) || text.slice(start - 3, start) === "bot") && TELEGRAM.test(text))
      claim(start, TELEGRAM.lastIndex);
  }
}

const DISCORD = /[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}(?![A-Za-z0-9_-])/y;

/** The number of the bot in base64, a time, a signature. */
function findDiscordTokens(text: string, claim: Claim): void {
  for (let at = text.indexOf("."); at !== -1; at = text.indexOf(".", at + 1)) {
    if (text.charCodeAt(at + 7) !== 46) continue;
    let start = at;
    while (start > 0 && at - start < 30 && /[A-Za-z0-9_-]/.test(text[start - 1] as string)) start--;
    start = pastEscape(text, start, at);
    DISCORD.lastIndex = start;
    if (!DISCORD.test(text)) continue;
    if (/^\d{16,20}$/.test(Buffer.from(text.slice(start, at), "base64url").toString("latin1")))
      claim(start, DISCORD.lastIndex);
  }
}

const MAILGUN = /[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])/y;

function findMailgunKeys(text: string, claim: Claim): void {
  for (let at = text.indexOf("-"); at !== -1; at = text.indexOf("-", at + 1)) {
    if (text.charCodeAt(at + 9) !== 45 || at < 32 || wordBefore(text, at - 32) || text[at - 33] === "-") continue;
    MAILGUN.lastIndex = at - 32;
    if (MAILGUN.test(text)) claim(at - 32, MAILGUN.lastIndex);
  }
}

const SENTRY_DSN = /https?:\/\/[0-9a-f]{32}(?::[0-9a-f]{32})?@[A-Za-z0-9.-]{1,100}(?::\d+)?\/\d{1,20}(?!\d)/g;

export const createMarkedTokens = (): Rule[] => [
  // A person's or service's own key of Azure: a fixed signature in its middle.
  {
    kind: "azure_key",
    anchors: ["JQQJ99"],
    find: around("JQQJ99", ALNUM, 60, /^[A-Za-z0-9]{48,60}JQQJ99[A-Za-z0-9]{18,54}$/),
  },
  ...AZURE_MARKS.map(
    (mark): Rule => ({
      kind: "azure_key",
      anchors: [mark],
      find: around(mark, BASE64, 84, /^(?=.*\d)[A-Za-z0-9+/]{37,76}\+?A[A-Za-z]{2,3}[A-Za-z0-9+/]{5,8}={0,2}$/),
    }),
  ),
  { kind: "azure_key", anchors: ["AZDO"], find: around("AZDO", ALNUM, 80, /^[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}$/) },
  {
    kind: "azure_client_secret",
    anchors: ["Q~"],
    find: around("Q~", LOOSE, 40, /^[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}$/),
  },
  { kind: "telegram_bot", anchors: [":AA"], find: findTelegramTokens },
  { kind: "discord_token", anchors: ["."], find: findDiscordTokens },
  { kind: "mailchimp_key", anchors: ["-us"], find: around("-us", /[a-z0-9-]/, 40, /^[0-9a-f]{32}-us\d{1,2}$/) },
  { kind: "mailgun_key", anchors: ["-"], find: findMailgunKeys },
  { kind: "newrelic_key", anchors: ["NRAL"], find: around("NRAL", ALNUM, 50, /^[0-9a-zA-Z]{32,36}NRAL$/) },
  {
    kind: "terraform_token",
    anchors: [".atlasv1."],
    find: around(".atlasv1.", URL_SAFE, 110, /^[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{50,80}$/),
  },
  { kind: "sentry_dsn", anchors: ["@"], find: byPattern(SENTRY_DSN) },
  {
    kind: "twitter_token",
    anchors: ["AAAAAAAAAAAAAAAAAAAAA"],
    find: token(["AAAAAAAAAAAAAAAAAAAAA"], "(?:[A-Za-z0-9]|%2[BF]|%3D){60,}", undefined, "+/"),
  },
  {
    kind: "asana_token",
    anchors: ["1/", "2/"],
    find: token(["1/", "2/"], "\\d{14,17}(?:\\/\\d{14,17})?:[0-9a-f]{32}(?![0-9A-Za-z])", undefined, "/._"),
  },
  {
    kind: "wallet_key",
    anchors: ["xprv", "yprv", "zprv", "tprv"],
    find: token(["xprv", "yprv", "zprv", "tprv"], "[1-9A-HJ-NP-Za-km-z]{100,110}(?![A-Za-z0-9])"),
  },
];
