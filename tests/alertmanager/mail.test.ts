import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hurry, render } from "./configuration.ts";
import { certificate, fires } from "./example-alerts.ts";
import { NEEDS_ALERTMANAGER } from "./programs.ts";
import { startAlertmanager } from "./running.ts";
import { startSmtpDouble } from "./smtp-double.ts";

describe("mail", NEEDS_ALERTMANAGER, () => {
  type Server = Parameters<typeof startSmtpDouble>[0];
  const deliver = async (server: Server, settings: Record<string, string>, secrets: Record<string, string> = {}) => {
    const smtp = await startSmtpDouble(server);
    const address = { SMTP_HOST: smtp.host, SMTP_PORT: smtp.port, SMTP_FROM: "a@shop.example" };
    const rendered = render({ secrets, settings: { ALERT_EMAIL_TO: "b@shop.example", ...address, ...settings } });
    hurry(rendered);
    const alertmanager = await startAlertmanager(rendered);
    try {
      await alertmanager.post([fires("AgentErrorRateHigh", "page", { agent: "planner" })]);
      return await Promise.race([
        smtp.wait(/AgentErrorRateHigh/),
        alertmanager.logged(/Notify.*failed/).then((line) => /err="(.*)"/.exec(line)?.[1] ?? line),
      ]);
    } finally {
      await alertmanager.close();
      await smtp.close();
      rendered.remove();
    }
  };
  const encrypted = { skip: certificate === undefined ? "there is no openssl to make a certificate with" : false };

  it("goes without TLS and login to a server that has neither", async () => {
    const mail = await deliver({}, { SMTP_TLS: "none" });
    assert.ok(typeof mail === "object", String(mail));
    assert.deepEqual([mail.encrypted, mail.login], [false, undefined]);
  });

  it("is not sent in the clear unless told to", async () => {
    assert.match(String(await deliver({}, {})), /does not advertise the STARTTLS extension/);
  });

  it("goes by TLS from the start where the server wants that", encrypted, async () => {
    const secrets = { smtp_ca: certificate!.cert };
    const mail = await deliver({ certificate, implicitTls: true }, { SMTP_TLS: "tls" }, secrets);
    assert.ok(typeof mail === "object", String(mail));
    assert.equal(mail.encrypted, true);
  });

  it("is not sent to a server whose certificate nobody vouches for", encrypted, async () => {
    assert.match(String(await deliver({ certificate }, {})), /certificate signed by unknown authority/);
  });
});
