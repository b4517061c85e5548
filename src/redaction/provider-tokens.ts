import { type Rule, token } from "./rule.ts";

/** Random enough to be a key: `sk-fading-circle` is a style sheet's class, `sk-learn` a library. */
export function looksRandom(found: string): boolean {
  let longest = 0;
  for (const run of found.split(/[^A-Za-z0-9]+/)) longest = Math.max(longest, run.length);
  return longest >= 20 || (longest >= 12 && /\d/.test(found) && /[A-Za-z]/.test(found));
}

/** Not the example in which one letter stands for all, and not a name in which no digit occurs. */
const hasVariety = (found: string): boolean => /\d/.test(found) && /[A-Za-z]/.test(found);

const ALNUM = "[A-Za-z0-9]";
const URL_SAFE = "[A-Za-z0-9_-]";
const HEX = "[0-9a-f]";
/** Where a token of fixed length ends; a longer word is something else. */
const ENDS = "(?![A-Za-z0-9])";
const UUID = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;

type Accept = (found: string) => boolean;

/** Kind, what follows the prefix, the prefixes. Formats as the providers document them, or as their tokens are seen to be. */
const TOKENS: readonly (readonly [kind: string, body: string, prefixes: string, accept?: Accept])[] = [
  // Models and what is built on them.
  ["anthropic_key", `${URL_SAFE}{16,}`, "sk-ant-"],
  ["openrouter_key", `${HEX}{32,}`, "sk-or-v1-"],
  ["langfuse_key", UUID, "sk-lf- pk-lf-"],
  ["openai_key", `${URL_SAFE}{16,}`, "sk-", looksRandom],
  ["openai_session", `${ALNUM}{32,}`, "sess-"],
  ["huggingface_token", `${ALNUM}{30,}`, "hf_ api_org_"],
  ["groq_key", `${ALNUM}{20,}`, "gsk_"],
  ["replicate_token", `${ALNUM}{30,}`, "r8_"],
  ["xai_key", `${ALNUM}{40,}`, "xai-"],
  ["perplexity_key", `${ALNUM}{32,}`, "pplx-"],
  ["langsmith_key", "[A-Za-z0-9_]{20,}", "lsv2_pt_ lsv2_sk_ ls__"],
  ["pinecone_key", "[A-Za-z0-9_]{40,}", "pcsk_", hasVariety],
  ["nvidia_key", `${URL_SAFE}{50,}`, "nvapi-"],
  ["cerebras_key", `${ALNUM}{40,}`, "csk-"],
  ["fireworks_key", `${ALNUM}{20,}`, "fw_", hasVariety],
  ["voyage_key", `${URL_SAFE}{40,}`, "pa-", hasVariety],
  ["jina_key", `${URL_SAFE}{40,}`, "jina_", hasVariety],
  ["tavily_key", `${URL_SAFE}{20,}`, "tvly-", hasVariety],
  ["firecrawl_key", `${HEX}{32}${ENDS}`, "fc-"],
  ["llamacloud_key", `${ALNUM}{40,}`, "llx-"],
  ["e2b_key", `${HEX}{40}${ENDS}`, "e2b_"],
  ["elevenlabs_key", `${HEX}{48}${ENDS}`, "sk_"],
  ["helicone_key", `${URL_SAFE}{20,}`, "sk-helicone- pk-helicone-"],

  // Clouds and hosts.
  ["google_key", `${URL_SAFE}{30,}`, "AIza"],
  ["google_key", `Ab8${URL_SAFE}{30,}`, "AQ."],
  ["google_oauth", `${URL_SAFE}{16,}`, "ya29. GOCSPX-"],
  ["google_oauth", `${URL_SAFE}{30,}`, "1//0 4/0A", hasVariety],
  ["firebase_server_key", `${URL_SAFE}{7}:APA91b${URL_SAFE}{100,}`, "AAAA"],
  ["aws_key", `[A-Z0-9]{16}${ENDS}`, "AKIA ASIA ABIA ACCA"],
  ["aws_bedrock_key", "[A-Za-z0-9+/]{80,}={0,2}", "ABSK"],
  ["aws_bedrock_key", "[A-Za-z0-9+/=_-]{40,}", "bedrock-api-key-"],
  ["digitalocean_token", `${HEX}{64}${ENDS}`, "dop_v1_ doo_v1_ dor_v1_"],
  ["heroku_key", `${URL_SAFE}{36,}`, "HRKU-"],
  ["vercel_token", `${URL_SAFE}{20,}`, "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", hasVariety],
  ["netlify_token", "[A-Za-z0-9_]{36,}", "nfp_ nfc_ nfo_ nfu_ nfb_", hasVariety],
  ["cloudflare_token", `${URL_SAFE}{40,}`, "cfk_ cfut_ cfat_", hasVariety],
  ["cloudflare_token", `${HEX}{24}-${HEX}{146}${ENDS}`, "v1.0-"],
  ["alibaba_key", `${ALNUM}{20}${ENDS}`, "LTAI", hasVariety],
  ["fly_token", "[A-Za-z0-9+/=_,-]{40,}", "fm1_ fm1r_ fm1a_ fm2_ fo1_", hasVariety],
  ["render_key", `${ALNUM}{28,}`, "rnd_", hasVariety],
  ["supabase_key", `${HEX}{40}${ENDS}`, "sbp_"],
  ["supabase_key", `${URL_SAFE}{20,}`, "sb_secret_"],
  ["planetscale_token", "[A-Za-z0-9_.=-]{32,}", "pscale_tkn_ pscale_pw_ pscale_oauth_"],
  ["neon_key", `${ALNUM}{60,}`, "napi_"],
  ["databricks_token", `${HEX}{32}(?:-\\d+)?${ENDS}`, "dapi"],
  ["docker_token", `${URL_SAFE}{20,}`, "dckr_pat_ dckr_oat_"],
  ["vault_token", `${URL_SAFE}{24,}`, "hvs. hvb. hvr."],
  ["doppler_token", "[a-z]{2,10}\\.[A-Za-z0-9_.]{30,}", "dp."],
  ["pulumi_token", `${HEX}{40}${ENDS}`, "pul-"],
  ["onepassword_key", "eyJ[A-Za-z0-9+/_-]{100,}={0,3}", "ops_"],
  ["onepassword_key", "[A-Z0-9]{6}-[A-Z0-9]{6,11}(?:-[A-Z0-9]{5}){3,4}(?![A-Z0-9-])", "A3-", hasVariety],
  ["age_key", "[02-9AC-HJ-NP-Z]{58}", "AGE-SECRET-KEY-1"],

  // Code and packages.
  ["github_token", `${ALNUM}{30,}`, "ghp_ gho_ ghu_ ghs_ ghr_"],
  ["github_token", "[A-Za-z0-9_]{22,}", "github_pat_"],
  [
    "gitlab_token",
    "[A-Za-z0-9_.-]{20,}",
    "glpat- gldt- glrt- glrtr- glptt- glsoat- glcbt- glimt- glagent- glft- gloas- glffct- GR1348941",
  ],
  ["npm_token", `${ALNUM}{36,}`, "npm_"],
  ["pypi_token", `${URL_SAFE}{50,}`, "pypi-"],
  ["rubygems_key", `${HEX}{48}${ENDS}`, "rubygems_"],
  ["crates_token", `${ALNUM}{32}${ENDS}`, "cio", hasVariety],
  ["nuget_key", `[a-z0-9]{43}${ENDS}`, "oy2"],
  ["artifactory_key", `${ALNUM}{69}${ENDS}`, "AKCp"],
  ["artifactory_key", `${ALNUM}{59}${ENDS}`, "cmVmd"],
  ["postman_key", `${HEX}{24}-${HEX}{34}${ENDS}`, "PMAK-"],
  ["sonar_token", `${HEX}{40}${ENDS}`, "sqp_ squ_ sqa_"],

  // Messages, payments, shops, offices.
  ["slack_token", "[A-Za-z0-9.-]{10,}", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xapp-"],
  ["stripe_key", `${ALNUM}{10,}`, "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_ whsec_"],
  ["twilio_key", `${HEX}{32}${ENDS}`, "SK"],
  ["sendgrid_key", "[A-Za-z0-9_-]{16,80}\\.[A-Za-z0-9_-]{16,}", "SG."],
  ["mailgun_key", `${HEX}{32}${ENDS}`, "key- pubkey-"],
  ["brevo_key", `${HEX}{64}-${ALNUM}{16}${ENDS}`, "xkeysib- xsmtpsib-"],
  ["resend_key", `${ALNUM}{6,12}_${ALNUM}{16,}`, "re_", hasVariety],
  ["shopify_token", `[0-9a-fA-F]{32}${ENDS}`, "shpat_ shpca_ shppa_ shpss_"],
  ["square_token", `${URL_SAFE}{22,}`, "sq0atp- sq0csp- sq0idp-"],
  ["paypal_token", "[a-z]{2,12}\\$[a-z0-9]{10,}\\$[0-9a-f]{32}", "access_token$"],
  ["plaid_token", UUID, "access-sandbox- access-development- access-production-"],
  ["facebook_token", `${ALNUM}{80,}`, "EAA", hasVariety],
  ["atlassian_token", "[A-Za-z0-9_=-]{50,}", "ATATT3 ATCTT3"],
  ["atlassian_token", `${ALNUM}{24,}`, "ATBB", hasVariety],
  ["notion_token", `${ALNUM}{40,}`, "ntn_"],
  ["notion_token", `${ALNUM}{43}${ENDS}`, "secret_", hasVariety],
  ["airtable_token", `${ALNUM}{14}\\.${HEX}{64}${ENDS}`, "pat"],
  ["linear_key", `${ALNUM}{32,}`, "lin_api_ lin_oauth_"],
  ["hubspot_token", UUID, "pat-na1- pat-na2- pat-eu1-"],
  ["figma_token", `${URL_SAFE}{40,}`, "figd_ figu_ figo_ figdr_ figoh_"],
  ["contentful_token", `${URL_SAFE}{40,}`, "CFPAT-"],
  ["dropbox_token", `${URL_SAFE}{60,}`, "sl. sl.u.", hasVariety],
  ["mapbox_token", `eyJ${URL_SAFE}{20,}\\.${URL_SAFE}{16,}`, "sk. tk."],

  // Operations.
  ["newrelic_key", `[A-Z0-9a-z]{20,}`, "NRAK- NRII- NRJS- NRRA- NRIQ- NRSP-", hasVariety],
  ["sentry_token", "[A-Za-z0-9+/=_-]{32,}", "sntrys_ sntryu_ sntrya_ sntryi_"],
  ["grafana_token", `${ALNUM}{32}_${HEX}{8}${ENDS}`, "glsa_"],
  ["grafana_token", "eyJ[A-Za-z0-9+/_-]{20,}={0,3}", "glc_"],
  ["dynatrace_token", "[A-Z0-9]{24}\\.[A-Z0-9]{64}", "dt0c01. dt0s01. dt0s02. dt0s08. dt0s16."],
  ["honeycomb_key", "[a-z0-9_]{30,}", "hcaik_ hcamk_ hcxik_ hcxmk_ hcbik_"],
  ["launchdarkly_key", UUID, "api- sdk- mob-"],
];

/** Tokens that are known by how they begin. */
export const createProviderTokens = (): Rule[] =>
  TOKENS.map(([kind, body, prefixes, accept]) => {
    const anchors = prefixes.split(" ");
    // A slash or a plus before it: the middle of some base64.
    return { kind, anchors, find: token(anchors, body, accept, kind === "facebook_token" ? "+/" : "") };
  });
