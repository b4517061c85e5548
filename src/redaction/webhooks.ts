import { lazyPattern, type Rule } from "./rule.ts";

const SLASH = String.raw`(?:\\?\/|%2F)`;
const URL_BEFORE = /(?:https?(?::|%3A)(?:\\?\/|%2F){2})?[A-Za-z0-9.-]{0,100}$/i;

const REST = "[^\\s\"'`<>)\\]}|\\\\“”„«»\\u0000-\\u001f]";
/** Within another URL, as a parameter: to where the escape of a character that is no part of a URL stands. */
const ESCAPED_REST =
  "(?:%(?!0[0-9a-f]|1[0-9a-f]|20|22|27|29|5d|60|7[bcd]|[c-f][0-9a-f])[0-9a-f]{2}|[A-Za-z0-9._~@:/!$*+-])*";

/** URLs that are a secret as a whole: who has one can write into a channel. `host` is fixed, `path` follows it. */
function webhook(host: string, path: string): Rule["find"] {
  const source = path.replaceAll("/", SLASH);
  const plainRest = lazyPattern(`${source}${REST}*(?:\\\\/${REST}*)*`, "iy");
  const escapedRest = lazyPattern(`${source}${ESCAPED_REST}`, "iy");
  return (text, claim) => {
    for (let at = text.indexOf(host); at !== -1; at = text.indexOf(host, at)) {
      const head = URL_BEFORE.exec(text.slice(Math.max(0, at - 112), at));
      const start = at - (head?.[0].length ?? 0);
      at += host.length;
      const pattern = head?.[0].includes("%") ? escapedRest() : plainRest();
      pattern.lastIndex = at;
      if (!pattern.test(text)) continue;
      at = pattern.lastIndex;
      // What ends a sentence ends the URL.
      while (".,;:!?".includes(text[at - 1] as string)) at--;
      claim(start, at);
    }
  };
}

const PORT = "(?::\\d+|%3A\\d+)?";

/** Kind, host, path. */
const WEBHOOKS: readonly (readonly [kind: string, host: string, path: string])[] = [
  ["slack_webhook", "hooks.slack.com", "/(?:services|workflows|triggers)"],
  ["discord_webhook", "discord.com", "/api/(?:v\\d+/)?webhooks"],
  ["discord_webhook", "discordapp.com", "/api/(?:v\\d+/)?webhooks"],
  ["teams_webhook", ".webhook.office.com", "/webhookb2"],
  ["teams_webhook", ".logic.azure.com", `${PORT}/`],
  ["teams_webhook", ".api.powerplatform.com", `${PORT}/`],
  ["google_chat_webhook", "chat.googleapis.com", "/v1/spaces"],
  ["telegram_bot", "api.telegram.org", "/(?:file/)?bot\\d"],
  ["pagerduty_webhook", "events.pagerduty.com", "/integration/[0-9a-z]{8,}"],
  ["zapier_webhook", "hooks.zapier.com", "/hooks/(?:catch|standard)/\\d"],
  ["make_webhook", ".make.com", "/[a-z0-9]{24,}"],
  ["ifttt_webhook", "maker.ifttt.com", "/(?:trigger|use)/"],
  ["lark_webhook", "open.feishu.cn", "/open-apis/bot/"],
  ["lark_webhook", "open.larksuite.com", "/open-apis/bot/"],
  ["dingtalk_webhook", "oapi.dingtalk.com", "/robot/send\\?"],
  ["wecom_webhook", "qyapi.weixin.qq.com", "/cgi-bin/webhook/"],
  ["opsgenie_webhook", "api.opsgenie.com", "/v\\d/json/[a-z]+\\?apiKey="],
];

export const createWebhookRules = (): Rule[] =>
  WEBHOOKS.map(([kind, host, path]) => ({
    kind,
    anchors: [host],
    find: webhook(host, path),
  }));
