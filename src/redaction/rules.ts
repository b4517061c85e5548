import { createAssignmentFinder } from "./assignments.ts";
import { createDocumentRules, findMachineReadable } from "./documents.ts";
import { findEmails } from "./email.ts";
import { createMarkedTokens } from "./marked-tokens.ts";
import { findIpv6, findMacAddresses } from "./network.ts";
import { createNumberFinder, SCANNED_KINDS } from "./number-scan.ts";
import { createPersonalMembers } from "./personal-members.ts";
import { createNamedPhones, findInternationalPhones } from "./phones.ts";
import { createProviderTokens } from "./provider-tokens.ts";
import { type Rule, token } from "./rule.ts";
import {
  createSpokenSecrets,
  findBasics,
  findBearers,
  findElements,
  findFlags,
  findNetrc,
  findPrivateKeys,
  findPuttyKeys,
  findSeedPhrases,
  findStoredAuths,
  findUrlPasswords,
} from "./secrets.ts";
import { PERSONAL_KEY_KINDS, SECRET_KEY_KINDS } from "./sensitive-key.ts";
import { createWebhookRules } from "./webhooks.ts";

const DIGITS = [..."0123456789"];

/**
 * Everything that is recognized. Where two rules claim the same text the earlier one names it, so the exact stand before the
 * general. A new kind is a new row, here or in the table of its sort.
 */
export const createRules = (): Rule[] => [
  { kind: "private_key", anchors: ["PRIVATE KEY"], find: findPrivateKeys },
  { kind: "private_key", anchors: ["PuTTY-User-Key-File-"], find: findPuttyKeys },
  ...createWebhookRules(),
  ...createProviderTokens(),
  ...createMarkedTokens(),
  // A word of three parts may fail only after it was read to its end: dashes do not begin a new one, or hostile text costs n².
  {
    kind: "jwt",
    anchors: ["eyJ"],
    find: token(["eyJ"], "[A-Za-z0-9_-]{10,}(?:\\.[A-Za-z0-9_-]*){2,4}", undefined, "_-"),
  },

  { kind: "bearer_token", anchors: ["earer", "EARER"], find: findBearers },
  { kind: "basic_auth", anchors: ["asic ", "ASIC "], find: findBasics },
  { kind: "basic_auth", anchors: ['"auth'], find: findStoredAuths },
  { kind: "url_password", anchors: ["://"], find: findUrlPasswords },
  { kind: "seed_phrase", anchors: ["hrase", "nemonic", "seed word", "HRASE"], find: findSeedPhrases },
  { kind: "secret", kinds: ["secret", ...SECRET_KEY_KINDS], anchors: [":", "="], find: createAssignmentFinder() },
  {
    kind: "secret",
    anchors: ["--pass", "--pwd", "--token", "--secret", "--api", "-password", "-token", "-secret", "-api"],
    find: findFlags,
  },
  { kind: "secret", anchors: ["</"], find: findElements },
  ...createSpokenSecrets(),
  { kind: "password", anchors: ["machine "], find: findNetrc },

  { kind: "email", anchors: ["@", "%40"], find: findEmails },
  { kind: "passport_mrz", anchors: ["<<"], find: findMachineReadable },
  { kind: "number", kinds: SCANNED_KINDS, anchors: DIGITS, find: createNumberFinder() },
  { kind: "phone", anchors: ["+"], find: findInternationalPhones },
  ...createNamedPhones(),
  ...createDocumentRules(),
  { kind: "ip_address", anchors: [":"], find: findIpv6 },
  { kind: "mac_address", anchors: [":", "-", "."], find: findMacAddresses },
  { kind: "national_id", kinds: PERSONAL_KEY_KINDS, anchors: ['":'], find: createPersonalMembers() },
];
