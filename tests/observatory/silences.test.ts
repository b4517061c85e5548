import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { ask, createDirectory, runObservatory } from "./running-observatory.ts";

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
