import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Given, MAIL, type Rendered, render, SECRETS } from "./configuration.ts";
import { NEEDS_ALERTMANAGER, programFile } from "./programs.ts";
import { OPEN, OWN, OWN_PATTERN, ROUTE_CASES, type RouteCase } from "./route-cases.ts";

const run = promisify(execFile);

function routes(name: string, given: Given, cases: readonly RouteCase[]): void {
  describe(name, () => {
    let rendered: Rendered;
    before(() => {
      rendered = render(given);
    });
    after(() => rendered.remove());

    for (const [labels, receiver] of cases) {
      it(`${labels} goes to ${receiver}`, async () => {
        const verify = ["--config.file", rendered.file, `--verify.receivers=${receiver}`];
        await run(programFile("amtool"), ["config", "routes", "test", ...verify, ...labels.split(" ")]);
      });
    }
  });
}

describe("an alert's way", NEEDS_ALERTMANAGER, () => {
  const some = ROUTE_CASES.filter((_, index) => index % 8 === 0);
  routes("with all secrets", { secrets: SECRETS, settings: { ...MAIL, SMTP_USERNAME: "am" } }, ROUTE_CASES);
  routes("without secrets", {}, some);
  routes("with a webhook alone", { secrets: { webhook_url: SECRETS.webhook_url } }, some);
  routes("with working hours", { settings: { ALERT_WORKING_HOURS: "09:00-17:00" } }, some);
  routes("where every environment pages", { settings: { ALERT_NO_PAGE_ENVIRONMENTS: "" } }, OPEN);
  routes("with a pattern of one's own", { settings: { ALERT_NO_PAGE_ENVIRONMENTS: OWN_PATTERN } }, OWN);
});
