import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createDiagnostics } from "../../src/base/index.ts";
import { startObservatory } from "../../src/observatory/index.ts";
import {
  ask,
  createDirectory,
  type RunningObservatory,
  runObservatory,
  testSettings,
  writeQuickRouting,
} from "./running-observatory.ts";

const rulesOf = (alert: string): string => `groups:
  - name: test
    interval: 1s
    rules:
      - record: two
        expr: count_over_time(vector(1)[30s:]) # a subquery looks every 15 s
      - alert: ${alert}
        expr: two > 1
        annotations:
          runbook_url: "{{ $externalURL }}/user/runbooks/Watchdog.md"
`;

type Webhook = {
  readonly alerts: readonly { readonly labels: Record<string, string>; readonly annotations: Record<string, string> }[];
};
type Alerts = { readonly alerts: readonly { readonly labels: Record<string, string>; readonly state: string }[] };

/** Asks until there is what is looked for; a run that never has it is stopped by the runner. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(setImmediate);
  }
}

const firing = (observatory: RunningObservatory, name: string) => async () => {
  const { alerts } = await observatory.data<Alerts>("/api/v1/alerts");
  return alerts.find(({ labels, state }) => labels["alertname"] === name && state === "firing");
};

describe("rules in the embedded process", () => {
  it("are those of the package, where no others are named", async () => {
    await using observatory = await runObservatory();
    const { groups } = await observatory.data<{ groups: readonly { name: string }[] }>("/api/v1/rules");
    assert.ok(["agents", "cost", "llm", "stack"].every((name) => groups.some((group) => group.name === name)));
  });

  it("record, fire, are shown and sent, and follow their file", { timeout: 60_000 }, async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(file, rulesOf("First"));
    const routing = await writeQuickRouting(directory);
    const server = createServer(async (request, response) => {
      server.emit("alerts", (await json(request)) as Webhook);
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const sent = once(server, "alerts") as Promise<[Webhook]>;
    try {
      await using observatory = await runObservatory({
        settings: { rules: { files: [file], alertmanagers: [], webhooks: [webhook], routing } },
      });
      const [{ alerts }] = await sent;
      assert.equal(alerts[0]?.labels["alertname"], "First");
      const { runbook_url: link = "" } = alerts[0]?.annotations ?? {};
      assert.ok(link.startsWith(observatory.urls.web));
      assert.equal((await ask(link)).status, 200);
      await until(firing(observatory, "First"));
      const { body } = await observatory.get(
        `/api/v1/query?query=${encodeURIComponent('ALERTS{alertstate="firing"} * two')}`,
      );
      assert.equal(JSON.parse(body).data.result.length, 0, "labels differ");
      assert.equal(JSON.parse((await observatory.get("/api/v1/query?query=two")).body).data.result[0].value[1], "2");

      await writeFile(file, rulesOf("Second"));
      await until(firing(observatory, "Second"));
      await writeFile(file, "groups: [{ name: broken, rules: [{ record: x, expr: '(' }] }]");
      const reloaded = await ask(`${observatory.urls.web}/-/reload`, {}, "POST");
      assert.deepEqual([reloaded.status, /rules\.yml:1:/.test(reloaded.body)], [500, true]);
      assert.ok(await firing(observatory, "Second")());
      assert.match(
        (await observatory.get("/metrics")).body,
        /^prometheus_rule_evaluations_total\{rule_group="[^"]*rules\.yml;test"\} [1-9]/m,
      );
    } finally {
      server.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("mute what the stack's Alertmanager mutes, and come in its groups", { timeout: 60_000 }, async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    const rule = (name: string, severity: string) =>
      `{ alert: ${name}, expr: vector(1), labels: { severity: ${severity}, budget: daily, job: shop }, annotations: { dashboard_url: /d/cost } }`;
    await writeFile(
      file,
      `groups: [{ name: all, interval: 1s, rules: [${rule("BudgetExceeded", "page")}, ${rule("BudgetNearlyUsed", "ticket")}] }]`,
    );
    const server = createServer(async (request, response) => {
      server.emit("alerts", (await json(request)) as Webhook & { receiver: string });
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const sent = once(server, "alerts") as Promise<[Webhook & { receiver: string }]>;
    try {
      await using observatory = await runObservatory({
        settings: { rules: { files: [file], alertmanagers: [], webhooks: [webhook] } },
      });
      const [{ receiver, alerts }] = await sent;
      assert.deepEqual([receiver, alerts[0]?.labels["alertname"]], ["page", "BudgetExceeded"]);
      assert.equal(alerts[0]?.annotations["dashboard_url"], `${observatory.urls.web}/d/cost`);
      type Known = {
        labels: Record<string, string>;
        fingerprint: string;
        status: { state: string; inhibitedBy: string[] };
      };
      const known = JSON.parse((await observatory.get("/api/v2/alerts")).body) as Known[];
      const of = (name: string) => known.find(({ labels }) => labels["alertname"] === name);
      assert.deepEqual(of("BudgetNearlyUsed")?.status.inhibitedBy, [of("BudgetExceeded")?.fingerprint]);
      assert.equal(of("BudgetNearlyUsed")?.status.state, "suppressed");
      assert.deepEqual(of("BudgetExceeded")?.status.inhibitedBy, []);
      const heard = JSON.parse((await observatory.get("/api/v2/alerts?inhibited=false")).body) as Known[];
      assert.deepEqual(
        heard.map(({ labels }) => labels["alertname"]),
        ["BudgetExceeded"],
      );
    } finally {
      server.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("fail where their results cannot be stored, and say why", { timeout: 60_000 }, async () => {
    const dataDirectory = await createDirectory();
    const file = join(dataDirectory, "rules.yml");
    const records = "[{record: one, expr: vector(1)}, {record: two, expr: vector(2)}]";
    await writeFile(file, `groups: [{name: g, interval: 1s, rules: ${records}}]`);
    const rules = { files: [file], alertmanagers: [], webhooks: [] };
    try {
      await using observatory = await runObservatory({ settings: { dataDirectory, maxSeriesPerDay: 1, rules } });
      type Rules = {
        readonly groups: readonly { readonly rules: readonly { lastError?: string; health: string }[] }[];
      };
      const failed = await until(async () => {
        const { groups } = await observatory.data<Rules>("/api/v1/rules");
        return groups[0]?.rules.find(({ health }) => health === "err");
      });
      assert.match(failed.lastError ?? "", /samples could not be stored \(the day has as many series/);
      assert.ok(observatory.said.some((one) => /the day has as many series.*AO_RULES_EVALUATION/.test(one)));
      // The store itself works.
      assert.equal((await observatory.get("/-/ready")).status, 200);
    } finally {
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });

  it("are counted with every evaluation, however seldom they are looked at", { timeout: 60_000 }, async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(file, rulesOf("Counted"));
    const rules = { files: [file], alertmanagers: [], webhooks: [] };
    try {
      await using observatory = await runObservatory({ settings: { dataDirectory: directory, rules } });
      const evaluated = new Set<string>();
      await until(async () => {
        const { groups } = await observatory.data<{ groups: readonly { lastEvaluation: string }[] }>("/api/v1/rules");
        evaluated.add(groups[0]?.lastEvaluation ?? "");
        return evaluated.size > 3 ? true : undefined;
      });
      const { body } = await observatory.get("/metrics");
      // Two rules, three times or more; the first is that there was no evaluation yet.
      assert.ok(Number(/^prometheus_rule_evaluations_total\{.*\} (\d+)$/m.exec(body)?.[1]) >= 6, body);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("that get the same mistake again are complained of again", { timeout: 60_000 }, async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(file, rulesOf("Right"));
    const said: string[] = [];
    const rules = { files: [file], alertmanagers: [], webhooks: [] };
    const observatory = await startObservatory(testSettings(directory, { rules }), {
      ownTelemetry: false,
      diagnostics: createDiagnostics("warn", (line) => void said.push(line)),
    });
    const names = async (): Promise<string> => (await ask(`${observatory.urls.web}/api/v1/rules`)).body;
    try {
      for (const times of [1, 2]) {
        await writeFile(file, "groups: 5");
        await until(async () => (said.length === times ? true : undefined));
        await writeFile(file, rulesOf(`Right${times}`));
        await until(async () => ((await names()).includes(`Right${times}`) ? true : undefined));
      }
      assert.equal(said[0], said[1]);
      assert.match(said[0] ?? "", /AO_RULES_FILE/);
    } finally {
      await observatory.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("are not told by a file that routes them to nobody: it does not start", async () => {
    const directory = await createDirectory();
    const routing = join(directory, "routing.yml");
    await writeFile(routing, "route: { receiver: nobody }");
    const rules = { files: [], alertmanagers: [], webhooks: [], routing };
    await assert.rejects(runObservatory({ settings: { dataDirectory: directory, rules } }), { code: "AO_RULES_FILE" });
    await rm(directory, { recursive: true, force: true });
  });

  it("that cannot be read keep it from starting", async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(file, "groups: 5");
    const settings = { dataDirectory: directory, rules: { files: [file], alertmanagers: [], webhooks: [] } };
    await assert.rejects(runObservatory({ settings }), { code: "AO_RULES_FILE" });
    await rm(directory, { recursive: true, force: true });
  });
});
