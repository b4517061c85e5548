import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { ask, createDirectory, runObservatory, writeQuickRouting } from "./running-observatory.ts";

const silence = (more: object = {}): string =>
  JSON.stringify({
    matchers: [{ name: "alertname", value: "Watchdog", isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: "Ada",
    comment: "known",
    ...more,
  });
const JSON_TYPE = { "content-type": "application/json" };
const RULES = { files: [], alertmanagers: [], webhooks: [] };

describe("silences in the embedded process", () => {
  it("are written by its own page and by programs, by no page of another origin", async () => {
    await using observatory = await runObservatory({ settings: { rules: RULES } });
    const url = `${observatory.urls.web}/api/v2/silences`;
    const write = async (headers: Record<string, string>) =>
      (await ask(url, { ...JSON_TYPE, ...headers }, "POST", silence())).status;
    assert.equal(await write({}), 200);
    assert.equal(await write({ origin: observatory.urls.web }), 200);
    assert.equal(await write({ origin: "http://evil.example" }), 403);
    assert.equal(await write({ "sec-fetch-site": "cross-site" }), 403);
    assert.equal(await write({ host: "evil.example" }), 403);
    const kept = JSON.parse((await observatory.get("/api/v2/silences")).body) as { id: string }[];
    assert.equal(kept.length, 2);
    const foreign = { origin: "http://evil.example" };
    const end = `${observatory.urls.web}/api/v2/silence/${kept[0]?.id}`;
    assert.equal((await ask(end, foreign, "DELETE")).status, 403);
    assert.equal((await ask(end, {}, "DELETE")).status, 200);
    assert.equal((await ask(url, JSON_TYPE, "POST", silence({ comment: "x".repeat(70_000) }))).status, 413);
  });

  it("need the token where there is one", async () => {
    await using observatory = await runObservatory({ settings: { rules: RULES, token: "secret" } });
    const url = `${observatory.urls.web}/api/v2/silences`;
    assert.equal((await ask(url, JSON_TYPE, "POST", silence())).status, 401);
    assert.equal((await ask(url)).status, 401);
    assert.equal((await ask(url, { ...JSON_TYPE, authorization: "Bearer secret" }, "POST", silence())).status, 200);
  });

  it("keep webhooks from hearing of what fires, until they are ended", { timeout: 60_000 }, async () => {
    const directory = await createDirectory();
    const file = join(directory, "rules.yml");
    await writeFile(
      file,
      "groups: [{ name: all, interval: 1s, rules: [{ alert: Quiet, expr: vector(1) }, { alert: Loud, expr: vector(1), for: 2s }] }]",
    );
    const told: string[] = [];
    const server = createServer(async (request, response) => {
      const { alerts } = (await json(request)) as { alerts: { labels: { alertname: string } }[] };
      for (const { labels } of alerts) {
        told.push(labels.alertname);
        server.emit(labels.alertname);
      }
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const settings = {
      dataDirectory: directory,
      rules: { files: [file], alertmanagers: [], webhooks: [webhook], routing: await writeQuickRouting(directory) },
    };
    try {
      // What is silenced is known before the first rule is evaluated.
      const matchers = [{ name: "alertname", value: "Qu.*", isRegex: true }];
      {
        await using before = await runObservatory({ settings: { ...settings, rules: RULES } });
        await ask(`${before.urls.web}/api/v2/silences`, JSON_TYPE, "POST", silence({ matchers }));
      }
      await using observatory = await runObservatory({ settings });
      await once(server, "Loud");
      assert.deepEqual(told, ["Loud"]);
      const alerts = JSON.parse((await observatory.get("/api/v2/alerts")).body) as {
        labels: { alertname: string };
        status: { state: string; silencedBy: string[] };
      }[];
      const quiet = alerts.find(({ labels }) => labels.alertname === "Quiet");
      assert.equal(quiet?.status.state, "suppressed");
      const heard = once(server, "Quiet");
      await ask(`${observatory.urls.web}/api/v2/silence/${quiet?.status.silencedBy[0]}`, {}, "DELETE");
      await heard;
    } finally {
      server.close();
      server.closeAllConnections();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("are kept when the process ends", async () => {
    const dataDirectory = await createDirectory();
    const settings = { dataDirectory, rules: RULES };
    try {
      let made: { body: string };
      {
        await using observatory = await runObservatory({ settings });
        made = await ask(`${observatory.urls.web}/api/v2/silences`, JSON_TYPE, "POST", silence());
      }
      await using observatory = await runObservatory({ settings });
      const [kept] = JSON.parse((await observatory.get("/api/v2/silences")).body) as { id: string }[];
      assert.equal(kept?.id, (JSON.parse(made.body) as { silenceID: string }).silenceID);
    } finally {
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });
});
