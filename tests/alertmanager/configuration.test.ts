import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { FILES, type Given, MAIL, prepare, render, SECRETS } from "./configuration.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";
import { listeningAddress } from "./running.ts";

type Receiver = { readonly name: string } & Readonly<Record<string, readonly Record<string, unknown>[]>>;
type Configuration = {
  readonly receivers: readonly Receiver[];
  readonly time_intervals?: readonly { readonly time_intervals: readonly unknown[] }[];
};

/** Which channels each receiver has. */
function channels(given: Given): Record<string, string[]> {
  const { text, remove } = render(given);
  remove();
  const { receivers } = parse(text) as Configuration;
  return Object.fromEntries(
    receivers.map(({ name, ...configs }) => [
      name,
      Object.entries(configs).flatMap(([key, list]) => list.map(() => key.replace("_configs", ""))),
    ]),
  );
}

function receiver(given: Given, name: string, channel: string): Record<string, unknown> {
  const { text, remove } = render(given);
  remove();
  const found = (parse(text) as Configuration).receivers.find((one) => one.name === name)?.[`${channel}_configs`]?.[0];
  assert.ok(found, `${name} has no ${channel}`);
  return found;
}

const said = (given: Given): string => {
  const { said: text, remove } = render(given);
  remove();
  return text;
};

const NOBODY = { page: [], ticket: [], log: [], watchdog: [] };
const WORKING = { ALERT_WORKING_HOURS: "08:00-12:00, 13:00-17:00", ALERT_TIME_ZONE: "Europe/Berlin" };

describe("Alertmanager's configuration", NEEDS_ALERTMANAGER, () => {
  const sets: Readonly<Record<string, Given>> = {
    "no secrets": {},
    "all secrets": { secrets: SECRETS, settings: { ...MAIL, SMTP_USERNAME: "am" } },
    "empty files": { secrets: Object.fromEntries(Object.keys(SECRETS).map((name) => [name, ""])), settings: MAIL },
    "a sink": { settings: { COMPOSE_PROFILES: "sink" } },
    "all secrets and a sink": { secrets: SECRETS, settings: { ...MAIL, COMPOSE_PROFILES: "other,sink" } },
    "working hours": { secrets: SECRETS, settings: { ...MAIL, ...WORKING } },
    "pages from everywhere": { settings: { ALERT_NO_PAGE_ENVIRONMENTS: "" } },
    ...Object.fromEntries(
      Object.entries(SECRETS).map(([name, content]) => [`${name} alone`, { secrets: { [name]: content } }]),
    ),
  };
  for (const [name, given] of Object.entries(sets)) {
    it(`is right with ${name}, and start.sh has nothing to complain of`, () => {
      const rendered = render(given);
      try {
        const report = execFileSync(programFile("amtool"), ["check-config", rendered.file], { encoding: "utf8" });
        assert.match(report, /SUCCESS[\s\S]*1 templates\n {2}SUCCESS/);
        assert.equal(rendered.said, "");
        assert.doesNotMatch(rendered.text, /c0ffee|# (when|end)|\$\{/);
      } finally {
        rendered.remove();
      }
    });
  }

  it("has the channels whose secrets are there", () => {
    assert.deepEqual(channels({}), NOBODY);
    assert.deepEqual(channels({ secrets: SECRETS, settings: MAIL }), {
      page: ["pagerduty", "webhook", "slack", "email"],
      ticket: ["webhook", "slack", "email"],
      log: [],
      watchdog: ["webhook"],
    });
    assert.deepEqual(channels({ secrets: { pagerduty_routing_key: "k" } }), { ...NOBODY, page: ["pagerduty"] });
    assert.deepEqual(channels({ secrets: { slack_webhook_url: SECRETS.slack_webhook_url, webhook_url: " \n" } }), {
      ...NOBODY,
      page: ["slack"],
      ticket: ["slack"],
    });
    assert.deepEqual(channels({ secrets: { watchdog_url: SECRETS.watchdog_url } }), {
      ...NOBODY,
      watchdog: ["webhook"],
    });
  });

  it("adds the sink of the profile to what is there", () => {
    const sink = { page: ["webhook", "email"], ticket: ["webhook", "email"], log: [], watchdog: ["webhook"] };
    for (const profiles of ["sink", "*", "a,sink"])
      assert.deepEqual(channels({ settings: { COMPOSE_PROFILES: profiles } }), sink);
    assert.deepEqual(channels({ settings: { COMPOSE_PROFILES: "sinks" } }), NOBODY);
    assert.deepEqual(channels({ secrets: SECRETS, settings: { COMPOSE_PROFILES: "sink" } })["page"], [
      "pagerduty",
      "webhook",
      "webhook",
      "slack",
      "email",
    ]);
  });

  it("reads secrets from files, wherever they are", () => {
    const page = receiver({ secrets: SECRETS }, "page", "pagerduty");
    assert.match(String(page["routing_key_file"]), /\/secrets\/pagerduty_routing_key$/);
    assert.equal(page["url"], "https://events.pagerduty.com/v2/enqueue");
    const settings = { PAGERDUTY_URL: "https://events.eu.pagerduty.com/v2/enqueue" };
    assert.equal(receiver({ secrets: SECRETS, settings }, "page", "pagerduty")["url"], settings.PAGERDUTY_URL);
  });

  describe("of e-mail", () => {
    const mail = (settings: Record<string, string>, secrets = {}): Record<string, unknown> => {
      const all = receiver({ settings: { ...MAIL, ...settings }, secrets }, "ticket", "email");
      const { smarthost, require_tls, force_implicit_tls, auth_username, tls_config } = all;
      return { smarthost, require_tls, force_implicit_tls, auth_username, tls_config };
    };
    const usual = {
      smarthost: "mail.shop.example:587",
      require_tls: true,
      force_implicit_tls: false,
      auth_username: undefined,
      tls_config: undefined,
    };

    it("demands STARTTLS unless told otherwise, and no login where there is no user", () => {
      assert.deepEqual(mail({}), usual);
      assert.deepEqual(mail({ SMTP_TLS: "starttls", SMTP_PORT: "465" }), {
        ...usual,
        smarthost: "mail.shop.example:465",
      });
    });
    it("speaks TLS from the start on port 465 and where it is told to", () => {
      const implicit = { ...usual, force_implicit_tls: true };
      assert.deepEqual(mail({ SMTP_PORT: "465" }), { ...implicit, smarthost: "mail.shop.example:465" });
      assert.deepEqual(mail({ SMTP_TLS: "tls" }), implicit);
    });
    it("does without TLS where it is told to", () => {
      assert.deepEqual(mail({ SMTP_TLS: "none" }), { ...usual, require_tls: false });
    });
    it("logs in with a password from a file, and trusts a certificate of one's own", () => {
      const secrets = { smtp_password: "p", smtp_ca: "-----BEGIN CERTIFICATE-----" };
      const { auth_username, tls_config } = mail({ SMTP_USERNAME: "am" }, secrets);
      assert.equal(auth_username, "am");
      assert.match((tls_config as { ca_file: string }).ca_file, /secrets\/smtp_ca$/);
    });
    it("keeps quotes, backslashes and placeholders in a setting as they are", () => {
      const to = '"A \\ ${SMTP_FROM} & O\'Neil" <a@shop.example>';
      assert.equal(receiver({ settings: { ...MAIL, ALERT_EMAIL_TO: to } }, "page", "email")["to"], to);
    });
  });

  describe("where something is wrong", () => {
    it("says which settings of e-mail are missing, and leaves it out", () => {
      const half = { settings: { ALERT_EMAIL_TO: "a@b.example", SMTP_HOST: "h" } };
      assert.match(said(half), /SMTP_HOST and SMTP_FROM are expected too; no e-mail is sent until they are/);
      assert.deepEqual(channels(half), NOBODY);
      const noPassword = { settings: { ...MAIL, SMTP_USERNAME: "am" } };
      assert.match(said(noPassword), /a file smtp_password is expected .*; no e-mail is sent until it is there/);
      assert.deepEqual(channels(noPassword), NOBODY);
      assert.match(said({ settings: { ...MAIL, SMTP_TLS: "yes" } }), /SMTP_TLS to be starttls, tls or none, got 'yes'/);
    });

    it("says which file holds no URL, without what it holds, and leaves it out", () => {
      for (const content of [
        "c0ffee",
        "WEBHOOK=http://x/c0ffee",
        "http://a/c0ffee\nhttp://b/c0ffee",
        "http://a b/c0ffee",
      ]) {
        const given = { secrets: { webhook_url: content, slack_webhook_url: SECRETS.slack_webhook_url } };
        const text = said(given);
        assert.match(text, /webhook_url to hold one URL .* left out\n$/);
        assert.doesNotMatch(text, /c0ffee/);
        assert.deepEqual(channels(given), { ...NOBODY, page: ["slack"], ticket: ["slack"] });
      }
    });

    it("says which file nobody reads", () => {
      assert.match(
        said({ secrets: { slack_webhook: "x", "README.md": "x" } }),
        /^[^\n]*nothing reads .*slack_webhook;[^\n]*\n$/,
      );
    });

    it("says which files cannot be read", { skip: process.getuid?.() === 0 ? "root reads everything" : false }, () => {
      const { folder, env, remove } = prepare({ secrets: SECRETS });
      chmodSync(join(folder, "secrets", "webhook_url"), 0);
      const run = spawnSync("sh", [join(FILES, "start.sh"), "--print"], { env, encoding: "utf8" });
      remove();
      assert.match(run.stderr, /expected .*webhook_url to be readable by user \d+: chmod 644 it/);
    });

    const broken: readonly (readonly [name: string, settings: Record<string, string>, left: RegExp])[] = [
      ["an unknown time zone", { ...WORKING, ALERT_TIME_ZONE: "Europe/Nowhere" }, /: working_hours$/m],
      ["hours that end before they begin", { ALERT_WORKING_HOURS: "22:00-06:00" }, /: working_hours$/m],
      ["an unknown day", { ...WORKING, ALERT_WORKING_DAYS: "montag:freitag" }, /: working_hours$/m],
      ["a broken pattern", { ALERT_NO_PAGE_ENVIRONMENTS: "dev(" }, /: no_page_environments$/m],
      ["a broken port", { ...MAIL, SMTP_PORT: "", SMTP_HOST: "a:b:c" }, /: email$/m],
      [
        "two of them",
        { ...WORKING, ALERT_WORKING_DAYS: "x", ALERT_NO_PAGE_ENVIRONMENTS: "(" },
        /: working_hours no_page_environments$/m,
      ],
    ];
    for (const [name, settings, left] of broken) {
      it(`starts in spite of ${name}, and says so`, () => {
        const rendered = render({ secrets: SECRETS, settings });
        try {
          assert.match(rendered.said, /^alertmanager: settings are wrong \(.+\); left out until they are right/);
          assert.match(rendered.said, left);
          execFileSync(programFile("amtool"), ["check-config", rendered.file], { stdio: "pipe" });
          assert.match(rendered.text, /pagerduty_configs/);
        } finally {
          rendered.remove();
        }
      });
    }

    it("lets tickets come at once where the hours cannot be read", () => {
      const given = { settings: { ALERT_WORKING_HOURS: "9 to 5" } };
      assert.match(said(given), /ALERT_WORKING_HOURS to look like 09:00-17:00 .* got '9 to 5'; tickets do not wait/);
      const { text, remove } = render(given);
      remove();
      assert.doesNotMatch(text, /working-hours/);
    });
  });

  it("has working hours as they are set", () => {
    const { text, remove } = render({ settings: { ...WORKING, ALERT_WORKING_DAYS: "monday:thursday, saturday" } });
    remove();
    assert.deepEqual((parse(text) as Configuration).time_intervals?.[0]?.time_intervals, [
      {
        times: [
          { start_time: "08:00", end_time: "12:00" },
          { start_time: "13:00", end_time: "17:00" },
        ],
        weekdays: ["monday:thursday", "saturday"],
        location: "Europe/Berlin",
      },
    ]);
    assert.equal(text.match(/active_time_intervals/g)?.length, 4);
  });

  it("has hours over midnight as two", () => {
    const settings = { ALERT_WORKING_HOURS: "22:00-24:00,00:00-06:00" };
    const { said: complaint, text, remove } = render({ settings });
    remove();
    assert.equal(complaint, "");
    assert.match(text, /'22:00'.*'24:00'.*'00:00'.*'06:00'/);
  });

  for (const [name, given] of Object.entries({
    "no secrets": {},
    "empty secrets": { secrets: Object.fromEntries(Object.keys(SECRETS).map((file) => [file, "\n"])) },
    "a folder of secrets that is not there": { settings: { ALERTMANAGER_SECRETS: "/nowhere" } },
    "a folder among the secrets": { secrets: {}, settings: {} },
  } as Readonly<Record<string, Given>>)) {
    it(`starts with ${name}, passing its flags on`, async () => {
      const { folder, env, remove } = prepare(given);
      if (name.startsWith("a folder among")) mkdirSync(join(folder, "secrets", "webhook_url"));
      const flags = ["--web.listen-address=127.0.0.1:0", "--cluster.listen-address=", `--storage.path=${folder}/data`];
      const child = spawn("sh", [join(FILES, "start.sh"), ...flags], { env, stdio: ["ignore", "ignore", "pipe"] });
      try {
        const address = await listeningAddress(child);
        assert.equal((await fetch(`http://${address}/-/ready`)).status, 200);
      } finally {
        child.kill();
        await once(child, "exit");
        remove();
      }
    });
  }
});
