import { ALNUM, chars, DIGITS, HEX, key, LOWER, pick, type Random, UPPER, URL_SAFE, uuid } from "./random.ts";

export type Make = (random: Random) => string;

/** Prefix, alphabet, length: as the providers' keys are seen to be. Put together at run time, so that no whole key stands here. */
const token =
  (prefixes: string, alphabet: string, ...lengths: number[]): Make =>
  (random) =>
    pick(random, prefixes.split(" ")) + key(random, alphabet, pick(random, lengths));

const base64 = (random: Random, bytes: number): string =>
  Buffer.from(Array.from({ length: bytes }, () => random(256))).toString("base64");

const json64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Secrets that are known by their form alone. */
export const TOKEN_MAKERS: Readonly<Record<string, readonly Make[]>> = {
  private_key: [
    (random) => {
      const name = pick(random, ["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "]);
      const lines = Array.from({ length: 3 + random(20) }, () => key(random, `${ALNUM}+/`, 64));
      const end = pick(random, ["\n", "\r\n"]);
      return [`-----BEGIN ${name}PRIVATE KEY-----`, ...lines, `-----END ${name}PRIVATE KEY-----`].join(end);
    },
  ],
  anthropic_key: [token("sk-ant-api03- sk-ant-admin01- sk-ant-oat01-", URL_SAFE, 93, 95)],
  openai_key: [
    token("sk-", ALNUM, 48),
    (random) => `sk-proj-${key(random, URL_SAFE, 74)}T3BlbkFJ${key(random, URL_SAFE, 74)}`,
    token("sk-svcacct- sk-admin-", URL_SAFE, 120),
  ],
  openrouter_key: [token("sk-or-v1-", HEX, 64)],
  langfuse_key: [(random) => pick(random, ["sk-lf-", "pk-lf-"]) + uuid(random)],
  openai_session: [token("sess-", ALNUM, 40)],
  huggingface_token: [token("hf_", ALNUM, 34), token("api_org_", ALNUM, 34)],
  groq_key: [token("gsk_", ALNUM, 52)],
  replicate_token: [token("r8_", ALNUM, 37)],
  xai_key: [token("xai-", ALNUM, 80)],
  perplexity_key: [token("pplx-", ALNUM, 48)],
  langsmith_key: [
    (random) => `${pick(random, ["lsv2_pt_", "lsv2_sk_"])}${key(random, HEX, 32)}_${key(random, HEX, 10)}`,
  ],
  pinecone_key: [(random) => `pcsk_${key(random, ALNUM, 6)}_${key(random, ALNUM, 63)}`],
  nvidia_key: [token("nvapi-", URL_SAFE, 64)],
  cerebras_key: [token("csk-", LOWER + DIGITS, 48)],
  fireworks_key: [token("fw_", ALNUM, 24)],
  voyage_key: [token("pa-", URL_SAFE, 43)],
  jina_key: [token("jina_", ALNUM, 60)],
  tavily_key: [token("tvly- tvly-dev-", ALNUM, 32)],
  firecrawl_key: [token("fc-", HEX, 32)],
  llamacloud_key: [token("llx-", ALNUM, 48)],
  e2b_key: [token("e2b_", HEX, 40)],
  elevenlabs_key: [token("sk_", HEX, 48)],
  helicone_key: [
    (random) => `sk-helicone-${Array.from({ length: 4 }, () => key(random, LOWER + DIGITS, 7)).join("-")}`,
  ],
  google_key: [token("AIza", URL_SAFE, 35), (random) => `AQ.Ab8${key(random, URL_SAFE, 47)}`],
  google_oauth: [token("ya29.", URL_SAFE, 100, 160), token("GOCSPX-", URL_SAFE, 28), token("1//0", URL_SAFE, 98)],
  firebase_server_key: [(random) => `AAAA${key(random, URL_SAFE, 7)}:APA91b${key(random, URL_SAFE, 134)}`],
  aws_key: [token("AKIA ASIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)],
  aws_bedrock_key: [(random) => `ABSK${base64(random, 96)}`],
  azure_key: [
    (random) => `${key(random, ALNUM, 52)}JQQJ99${key(random, UPPER + DIGITS, 10)}${key(random, ALNUM, 16)}`,
    (random) => `${key(random, ALNUM, 76)}+ASt${key(random, ALNUM, 6)}==`,
    (random) => `${key(random, ALNUM, 42)}AzSe${key(random, ALNUM, 6)}`,
    (random) => `${key(random, ALNUM, 76)}AZDO${key(random, ALNUM, 4)}`,
  ],
  azure_client_secret: [(random) => `${chars(random, ALNUM, 3)}${pick(random, ["7", "8"])}Q~${key(random, ALNUM, 34)}`],
  digitalocean_token: [token("dop_v1_ doo_v1_ dor_v1_", HEX, 64)],
  heroku_key: [token("HRKU-AA", URL_SAFE, 58), (random) => `HRKU-${uuid(random)}`],
  vercel_token: [
    token("vcp_ vci_ vca_ vcr_ vck_", ALNUM, 56),
    (random) => `vercel_blob_rw_${key(random, ALNUM, 16)}_${key(random, ALNUM, 30)}`,
  ],
  netlify_token: [token("nfp_ nfc_", ALNUM, 36)],
  cloudflare_token: [
    token("cfk_ cfut_ cfat_", ALNUM, 48),
    (random) => `v1.0-${key(random, HEX, 24)}-${key(random, HEX, 146)}`,
  ],
  alibaba_key: [token("LTAI", ALNUM, 20)],
  fly_token: [(random) => pick(random, ["fm2_", "fo1_"]) + key(random, ALNUM, 120)],
  render_key: [token("rnd_", ALNUM, 28, 32)],
  supabase_key: [token("sbp_", HEX, 40), token("sb_secret_", URL_SAFE, 31)],
  planetscale_token: [token("pscale_tkn_ pscale_pw_ pscale_oauth_", ALNUM, 43)],
  neon_key: [token("napi_", LOWER + DIGITS, 64)],
  databricks_token: [token("dapi", HEX, 32), (random) => `dapi${key(random, HEX, 32)}-2`],
  docker_token: [token("dckr_pat_ dckr_oat_", URL_SAFE, 27)],
  vault_token: [token("hvs. hvb.", URL_SAFE, 24, 90)],
  doppler_token: [token("dp.pt. dp.sa. dp.ct.", ALNUM, 43), (random) => `dp.st.prd.${key(random, ALNUM, 43)}`],
  pulumi_token: [token("pul-", HEX, 40)],
  onepassword_key: [
    (random) =>
      `A3-${key(random, UPPER + DIGITS, 6)}-${key(random, UPPER + DIGITS, 6)}-${key(random, UPPER + DIGITS, 5)}-${key(random, UPPER + DIGITS, 5)}-${key(random, UPPER + DIGITS, 5)}-${key(random, UPPER + DIGITS, 5)}`,
    (random) => `ops_eyJ${key(random, ALNUM, 260)}`,
  ],
  age_key: [token("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)],
  github_token: [
    token("ghp_ gho_ ghu_ ghs_ ghr_", ALNUM, 36),
    (random) => `github_pat_${key(random, ALNUM, 22)}_${key(random, ALNUM, 59)}`,
  ],
  gitlab_token: [token("glpat- gldt- glrt- glptt- glsoat- glcbt-", ALNUM, 20)],
  npm_token: [token("npm_", ALNUM, 36)],
  pypi_token: [(random) => `pypi-AgEIcHlwaS5vcmc${key(random, URL_SAFE, 100)}`],
  rubygems_key: [token("rubygems_", HEX, 48)],
  crates_token: [token("cio", ALNUM, 32)],
  nuget_key: [token("oy2", LOWER + DIGITS, 43)],
  artifactory_key: [token("AKCp", ALNUM, 69), token("cmVmd", ALNUM, 59)],
  postman_key: [(random) => `PMAK-${key(random, HEX, 24)}-${key(random, HEX, 34)}`],
  sonar_token: [token("sqp_ squ_ sqa_", HEX, 40)],
  slack_token: [
    (random) => `xoxb-${chars(random, DIGITS, 12)}-${chars(random, DIGITS, 12)}-${key(random, ALNUM, 24)}`,
    (random) => `xapp-1-A${key(random, UPPER + DIGITS, 10)}-${chars(random, DIGITS, 13)}-${key(random, HEX, 64)}`,
  ],
  discord_token: [
    (random) =>
      `${Buffer.from(`1${chars(random, DIGITS, 17)}`).toString("base64url")}.${key(random, URL_SAFE, 6)}.${key(random, ALNUM, 38)}`,
  ],
  telegram_bot: [(random) => `${1 + random(9)}${chars(random, DIGITS, 9)}:AA${key(random, URL_SAFE, 33)}`],
  stripe_key: [token("sk_live_ rk_live_ sk_test_", ALNUM, 24, 99), token("whsec_", ALNUM, 32)],
  twilio_key: [token("SK", HEX, 32)],
  sendgrid_key: [(random) => `SG.${key(random, URL_SAFE, 22)}.${key(random, URL_SAFE, 43)}`],
  mailgun_key: [
    token("key-", HEX, 32),
    (random) => `${key(random, HEX, 32)}-${key(random, HEX, 8)}-${key(random, HEX, 8)}`,
  ],
  mailchimp_key: [(random) => `${key(random, HEX, 32)}-us${1 + random(21)}`],
  brevo_key: [(random) => `xkeysib-${key(random, HEX, 64)}-${key(random, ALNUM, 16)}`],
  resend_key: [(random) => `re_${key(random, ALNUM, 8)}_${key(random, ALNUM, 24)}`],
  shopify_token: [token("shpat_ shpca_ shppa_ shpss_", HEX, 32)],
  square_token: [token("sq0atp-", URL_SAFE, 22), token("sq0csp-", URL_SAFE, 43)],
  paypal_token: [(random) => `access_token$production$${key(random, LOWER + DIGITS, 16)}$${key(random, HEX, 32)}`],
  plaid_token: [(random) => `access-production-${uuid(random)}`],
  facebook_token: [token("EAA", ALNUM, 150)],
  atlassian_token: [token("ATATT3", ALNUM, 186), token("ATBB", ALNUM, 32)],
  notion_token: [token("ntn_", ALNUM, 46), token("secret_", ALNUM, 43)],
  airtable_token: [(random) => `pat${key(random, ALNUM, 14)}.${key(random, HEX, 64)}`],
  linear_key: [token("lin_api_", ALNUM, 40)],
  hubspot_token: [(random) => `pat-${pick(random, ["na1", "eu1"])}-${uuid(random)}`],
  figma_token: [token("figd_", URL_SAFE, 40)],
  contentful_token: [token("CFPAT-", URL_SAFE, 43)],
  dropbox_token: [token("sl.u. sl.", URL_SAFE, 130)],
  mapbox_token: [
    (random) => `sk.${json64({ u: "someone", a: key(random, LOWER + DIGITS, 24) })}.${key(random, URL_SAFE, 22)}`,
  ],
  newrelic_key: [
    token("NRAK-", UPPER + DIGITS, 27),
    token("NRII-", URL_SAFE.replace(/[_-]/g, ""), 32),
    (random) => `${key(random, HEX, 36)}NRAL`,
  ],
  sentry_token: [
    (random) => `sntrys_${json64({ iat: 1_760_000_000, url: "https://sentry.io" })}_${key(random, ALNUM, 43)}`,
    token("sntryu_", HEX, 64),
  ],
  sentry_dsn: [
    (random) =>
      `https://${key(random, HEX, 32)}@o${100 + random(99_999)}.ingest.us.sentry.io/${1 + random(9)}${chars(random, DIGITS, 15)}`,
  ],
  grafana_token: [
    (random) => `glsa_${key(random, ALNUM, 32)}_${key(random, HEX, 8)}`,
    (random) => `glc_${json64({ o: "123", n: "token", k: key(random, ALNUM, 24) })}`,
  ],
  dynatrace_token: [(random) => `dt0c01.${key(random, UPPER + DIGITS, 24)}.${key(random, UPPER + DIGITS, 64)}`],
  honeycomb_key: [token("hcaik_", LOWER + DIGITS, 58)],
  launchdarkly_key: [(random) => pick(random, ["api-", "sdk-"]) + uuid(random)],
  terraform_token: [(random) => `${key(random, ALNUM, 14)}.atlasv1.${key(random, ALNUM, 67)}`],
  twitter_token: [(random) => `AAAAAAAAAAAAAAAAAAAAA${key(random, ALNUM, 90)}`],
  asana_token: [(random) => `1/1${chars(random, DIGITS, 15)}:${key(random, HEX, 32)}`],
  jwt: [
    (random) =>
      `${json64({ alg: "HS256", typ: "JWT" })}.${json64({ sub: chars(random, DIGITS, 10), iat: 1_760_000_000 })}.${key(random, URL_SAFE, 43)}`,
  ],
  wallet_key: [token("xprv", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 107)],
  slack_webhook: [
    (random) =>
      `https://hooks.slack.com/services/T${key(random, UPPER + DIGITS, 10)}/B${key(random, UPPER + DIGITS, 10)}/${key(random, ALNUM, 24)}`,
  ],
  discord_webhook: [
    (random) => `https://discord.com/api/webhooks/1${chars(random, DIGITS, 18)}/${key(random, URL_SAFE, 68)}`,
  ],
  teams_webhook: [
    (random) =>
      `https://contoso.webhook.office.com/webhookb2/${uuid(random)}@${uuid(random)}/IncomingWebhook/${key(random, HEX, 32)}/${uuid(random)}`,
    (random) =>
      `https://prod-12.westeurope.logic.azure.com:443/workflows/${key(random, HEX, 32)}/triggers/manual/paths/invoke?api-version=2016-06-01&sig=${key(random, URL_SAFE, 43)}`,
  ],
  google_chat_webhook: [
    (random) =>
      `https://chat.googleapis.com/v1/spaces/${key(random, ALNUM, 11)}/messages?key=${key(random, URL_SAFE, 39)}&token=${key(random, URL_SAFE, 43)}`,
  ],
  pagerduty_webhook: [(random) => `https://events.pagerduty.com/integration/${key(random, HEX, 32)}/enqueue`],
  zapier_webhook: [
    (random) => `https://hooks.zapier.com/hooks/catch/${chars(random, DIGITS, 7)}/${key(random, LOWER + DIGITS, 7)}/`,
  ],
  make_webhook: [(random) => `https://hook.eu1.make.com/${key(random, LOWER + DIGITS, 32)}`],
  ifttt_webhook: [(random) => `https://maker.ifttt.com/trigger/door/with/key/${key(random, URL_SAFE, 43)}`],
  lark_webhook: [(random) => `https://open.feishu.cn/open-apis/bot/v2/hook/${uuid(random)}`],
  dingtalk_webhook: [(random) => `https://oapi.dingtalk.com/robot/send?access_token=${key(random, HEX, 64)}`],
  wecom_webhook: [(random) => `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${uuid(random)}`],
  opsgenie_webhook: [(random) => `https://api.opsgenie.com/v1/json/prometheus?apiKey=${uuid(random)}`],
};
