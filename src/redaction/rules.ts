import { findAssignments } from "./assignments.ts";
import {
  findCards,
  findEmails,
  findIbans,
  findInternationalPhones,
  findIpAddresses,
  findNamedPhones,
  findNorthAmericanPhones,
  findSsns,
} from "./personal.ts";
import { type Rule, token } from "./rule.ts";
import {
  findAzureKeys,
  findBasics,
  findBearers,
  findElements,
  findFlags,
  findPrivateKeys,
  findSpoken,
  findUrlPasswords,
  looksRandom,
  webhook,
} from "./secrets.ts";

const DIGITS = [..."0123456789"];
const SLASH = String.raw`(?:\\?\/|%2F)`;
const DISCORD_PATH = new RegExp(`${SLASH}api${SLASH}(?:v\\d+${SLASH})?webhooks`);

/**
 * Everything that is recognized. Where two rules claim the same text the earlier one names it, so the exact stand before the
 * general. A new kind is a new row.
 */
export const RULES: readonly Rule[] = [
  { kind: "private_key", anchors: ["PRIVATE KEY"], find: findPrivateKeys },

  {
    kind: "slack_webhook",
    anchors: ["hooks.slack.com"],
    find: webhook("hooks.slack.com", new RegExp(`${SLASH}(?:services|workflows|triggers)`)),
  },
  { kind: "discord_webhook", anchors: ["discord.com"], find: webhook("discord.com", DISCORD_PATH) },
  { kind: "discord_webhook", anchors: ["discordapp.com"], find: webhook("discordapp.com", DISCORD_PATH) },
  {
    kind: "teams_webhook",
    anchors: [".webhook.office.com"],
    find: webhook(".webhook.office.com", new RegExp(`${SLASH}webhookb2`)),
  },
  {
    kind: "teams_webhook",
    anchors: [".logic.azure.com"],
    find: webhook(".logic.azure.com", new RegExp(`(?::\\d+|%3A\\d+)?${SLASH}`)),
  },
  {
    kind: "teams_webhook",
    anchors: [".api.powerplatform.com"],
    find: webhook(".api.powerplatform.com", new RegExp(`(?::\\d+|%3A\\d+)?${SLASH}`)),
  },
  {
    kind: "google_chat_webhook",
    anchors: ["chat.googleapis.com"],
    find: webhook("chat.googleapis.com", new RegExp(`${SLASH}v1${SLASH}spaces`)),
  },
  {
    kind: "telegram_bot",
    anchors: ["api.telegram.org"],
    find: webhook("api.telegram.org", new RegExp(`${SLASH}(?:file${SLASH})?bot\\d`)),
  },

  { kind: "anthropic_key", anchors: ["sk-ant-"], find: token("sk-ant-", "[A-Za-z0-9_-]{16,}") },
  { kind: "openai_key", anchors: ["sk-"], find: token("sk-", "[A-Za-z0-9_-]{16,}", looksRandom) },
  { kind: "openai_session", anchors: ["sess-"], find: token("sess-", "[A-Za-z0-9]{32,}") },
  { kind: "google_key", anchors: ["AIza"], find: token("AIza", "[A-Za-z0-9_-]{30,}") },
  { kind: "google_oauth", anchors: ["ya29.", "GOCSPX-"], find: token("ya29\\.|GOCSPX-", "[A-Za-z0-9_-]{16,}") },
  { kind: "aws_key", anchors: ["AKIA", "ASIA"], find: token("AKIA|ASIA", "[A-Z0-9]{16}(?![A-Za-z0-9])") },
  { kind: "azure_key", anchors: ["JQQJ99"], find: findAzureKeys },
  { kind: "huggingface_token", anchors: ["hf_", "api_org_"], find: token("hf_|api_org_", "[A-Za-z0-9]{30,}") },
  { kind: "groq_key", anchors: ["gsk_"], find: token("gsk_", "[A-Za-z0-9]{20,}") },
  { kind: "replicate_token", anchors: ["r8_"], find: token("r8_", "[A-Za-z0-9]{30,}") },
  { kind: "xai_key", anchors: ["xai-"], find: token("xai-", "[A-Za-z0-9]{40,}") },
  { kind: "perplexity_key", anchors: ["pplx-"], find: token("pplx-", "[A-Za-z0-9]{32,}") },
  { kind: "langsmith_key", anchors: ["lsv2_"], find: token("lsv2_(?:pt|sk)_", "[A-Za-z0-9_]{20,}") },
  {
    kind: "github_token",
    anchors: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    find: token("gh[pousr]_", "[A-Za-z0-9]{30,}"),
  },
  { kind: "github_token", anchors: ["github_pat_"], find: token("github_pat_", "[A-Za-z0-9_]{22,}") },
  { kind: "gitlab_token", anchors: ["glpat-"], find: token("glpat-", "[A-Za-z0-9_-]{20,}") },
  {
    kind: "slack_token",
    anchors: ["xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"],
    find: token("xox[abeoprs][-.]|xapp-", "[A-Za-z0-9.-]{10,}"),
  },
  {
    kind: "stripe_key",
    anchors: ["_live_", "_test_", "whsec_"],
    find: token("[srp]k_(?:live|test)_|whsec_", "[A-Za-z0-9]{10,}"),
  },
  { kind: "npm_token", anchors: ["npm_"], find: token("npm_", "[A-Za-z0-9]{36,}") },
  { kind: "pypi_token", anchors: ["pypi-"], find: token("pypi-", "[A-Za-z0-9_-]{50,}") },
  { kind: "databricks_token", anchors: ["dapi"], find: token("dapi", "[0-9a-f]{32}(?:-\\d+)?(?![0-9A-Za-z])") },
  { kind: "sendgrid_key", anchors: ["SG."], find: token("SG\\.", "[A-Za-z0-9_-]{16,80}\\.[A-Za-z0-9_-]{16,}") },
  { kind: "twilio_key", anchors: ["SK"], find: token("SK", "[0-9a-f]{32}(?![0-9A-Za-z])") },
  // A word of three parts may fail only after it was read to its end: dashes do not begin a new one, or hostile text costs n².
  { kind: "jwt", anchors: ["eyJ"], find: token("(?<![_-])eyJ", "[A-Za-z0-9_-]{10,}(?:\\.[A-Za-z0-9_-]*){2,4}") },

  { kind: "bearer_token", anchors: ["earer", "EARER"], find: findBearers },
  { kind: "basic_auth", anchors: ["asic ", "ASIC "], find: findBasics },
  { kind: "url_password", anchors: ["://"], find: findUrlPasswords },
  { kind: "secret", anchors: [":", "="], find: findAssignments },
  {
    kind: "secret",
    anchors: ["--pass", "--pwd", "--token", "--secret", "--api", "-password", "-token", "-secret", "-api"],
    find: findFlags,
  },
  { kind: "secret", anchors: ["</"], find: findElements },
  { kind: "secret", anchors: [" is ", " was ", " to ", " is: "], find: findSpoken },

  { kind: "email", anchors: ["@", "%40"], find: findEmails },
  { kind: "iban", anchors: DIGITS, find: findIbans },
  { kind: "card_number", anchors: DIGITS, find: findCards },
  { kind: "ssn", anchors: DIGITS, find: findSsns },
  { kind: "phone", anchors: ["+"], find: findInternationalPhones },
  { kind: "phone", anchors: DIGITS, find: findNorthAmericanPhones },
  {
    kind: "phone",
    anchors: [
      "hone",
      "HONE",
      "obile",
      "OBILE",
      "tel",
      "Tel",
      "TEL",
      "cell",
      "Cell",
      "fax",
      "Fax",
      "hatsapp",
      "hatsApp",
    ],
    find: findNamedPhones,
  },
  { kind: "ip_address", anchors: DIGITS, find: findIpAddresses },
];
