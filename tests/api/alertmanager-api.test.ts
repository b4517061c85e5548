import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAlertmanagerApi, type KnownAlert } from "../../src/api/index.ts";
import { createSilences, fingerprint } from "../../src/rules/index.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const at = (ms: number): string => new Date(ms).toISOString();

const alert = (labels: Record<string, string>): KnownAlert => ({
  labels,
  annotations: { summary: "It is down" },
  fingerprint: fingerprint(labels),
  startsAtMs: NOW - HOUR,
  endsAtMs: NOW + 240_000,
  updatedAtMs: NOW,
  generatorUrl: "http://observatory/graph",
});

function scene(alerts: readonly KnownAlert[] = []) {
  const state = { nowMs: NOW, saved: undefined as string | undefined };
  const api = createAlertmanagerApi({
    silences: createSilences({
      clock: { nowMs: () => state.nowMs },
      save: async (text) => {
        state.saved = text;
      },
      onFault: (error) => assert.fail(error),
    }),
    alerts: () => alerts,
    version: "1.2.3",
    startedMs: NOW,
  });
  const call = async (method: string, path: string, body = "", contentType = "application/json") => {
    const [name = "", query] = path.split("?");
    const params = new URLSearchParams(query);
    const response = await api.handle({ method, path: `/api/v2${name}`, params, contentType, body });
    return { ...response, json: response.body === "" ? undefined : JSON.parse(response.body) };
  };
  return { state, call };
}

const silence = (more: object = {}) =>
  JSON.stringify({
    matchers: [{ name: "job", value: "api", isRegex: false }],
    startsAt: at(NOW),
    endsAt: at(NOW + HOUR),
    createdBy: "Ada",
    comment: "known",
    ...more,
  });

describe("Alertmanager's API", () => {
  it("takes a silence, shows it, ends it and keeps it as ended", async () => {
    const { call, state } = scene();
    const { json } = await call("POST", "/silences", silence());
    const id = json.silenceID as string;
    const shown = {
      id,
      status: { state: "active" },
      updatedAt: at(NOW),
      comment: "known",
      createdBy: "Ada",
      endsAt: at(NOW + HOUR),
      matchers: [{ isEqual: true, isRegex: false, name: "job", value: "api" }],
      startsAt: at(NOW),
    };
    assert.deepEqual((await call("GET", `/silence/${id}`)).json, shown);
    assert.deepEqual((await call("GET", "/silences")).json, [shown]);
    state.nowMs += 1000;
    const ended = await call("DELETE", `/silence/${id}`);
    assert.deepEqual([ended.status, ended.body], [200, ""]);
    assert.equal((await call("DELETE", `/silence/${id}`)).status, 200, "again, as in Alertmanager");
    const after = { ...shown, status: { state: "expired" }, updatedAt: at(NOW + 1000), endsAt: at(NOW + 1000) };
    assert.deepEqual((await call("GET", `/silence/${id}`)).json, after);
    assert.match(state.saved ?? "", new RegExp(id));
  });

  it("tells which alerts are silenced, by all four kinds of matchers", async () => {
    const [api, db] = [alert({ alertname: "Down", job: "api" }), alert({ alertname: "Down", job: "db" })];
    const { call } = scene([api, db]);
    const matchers = [
      { name: "alertname", value: "Down", isRegex: false, isEqual: true },
      { name: "job", value: "a.i|zz", isRegex: true },
      { name: "job", value: "db", isRegex: false, isEqual: false },
      { name: "stage", value: "t.*", isRegex: true, isEqual: false },
    ];
    const { json } = await call("POST", "/silences", silence({ matchers }));
    const all = (await call("GET", "/alerts")).json as { labels: object; status: { state: string } }[];
    const states = all.map((one) => [(one.labels as { job: string }).job, one.status]);
    const none = { inhibitedBy: [], mutedBy: [] };
    assert.deepEqual(Object.fromEntries(states), {
      api: { ...none, silencedBy: [json.silenceID], state: "suppressed" },
      db: { ...none, silencedBy: [], state: "active" },
    });
    const jobs = async (query: string) =>
      ((await call("GET", `/alerts?${query}`)).json as { labels: { job: string } }[]).map(({ labels }) => labels.job);
    assert.deepEqual(await jobs("silenced=false"), ["db"]);
    assert.deepEqual(await jobs("active=false"), ["api"]);
    assert.deepEqual(await jobs(`filter=${encodeURIComponent('job="db"')}`), ["db"]);
    assert.deepEqual(await jobs(`filter=${encodeURIComponent("job=~d.")}&filter=alertname!=q`), ["db"]);
    assert.deepEqual(await jobs("receiver=nobody"), []);
  });

  for (const [what, body, status, message] of [
    ["nothing", "", 422, { code: 602, message: "silence in body is required" }],
    ["no comment", "{}", 422, { code: 602, message: "comment in body is required" }],
    ["no end", silence({ endsAt: undefined }), 422, { code: 602, message: "endsAt in body is required" }],
    [
      "no matcher",
      silence({ matchers: [] }),
      422,
      { code: 612, message: "matchers in body should have at least 1 items" },
    ],
    [
      "a matcher without its kind",
      silence({ matchers: [{ name: "a", value: "b" }] }),
      422,
      { code: 602, message: "matchers.0.isRegex in body is required" },
    ],
    [
      "what matches everything",
      silence({ matchers: [{ name: "a", value: ".*", isRegex: true }] }),
      400,
      "invalid silence: at least one matcher must not match the empty string",
    ],
    [
      "a broken pattern",
      silence({ matchers: [{ name: "a", value: "(", isRegex: true }] }),
      400,
      'invalid silence: invalid label matcher 0: invalid regular expression "(": error parsing regexp: missing closing ): `(`',
    ],
    [
      "an end before the begin",
      silence({ startsAt: at(NOW + HOUR), endsAt: at(NOW) }),
      400,
      "Failed to create silence: start time must be before end time",
    ],
    [
      "an end in the past",
      silence({ startsAt: at(NOW - 2 * HOUR), endsAt: at(NOW - HOUR) }),
      400,
      "Failed to create silence: end time can't be in the past",
    ],
    ["an unknown silence to change", silence({ id: "x" }), 404, "silence not found"],
    ["nobody who silences", silence({ createdBy: " " }), 400, "invalid silence: creator information is missing"],
    ["no reason", silence({ comment: "" }), 400, "invalid silence: comment is missing"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { call, state } = scene();
      const refused = await call("POST", "/silences", body);
      assert.deepEqual([refused.status, refused.json, state.saved], [status, message, undefined]);
    });
  }

  it("refuses what it cannot read, and survives what is no silence at all", async () => {
    const { call } = scene();
    for (const body of [
      "x",
      "[]",
      "5",
      "null",
      silence({ matchers: 5 }),
      silence({ matchers: [5] }),
      silence({ startsAt: "yesterday" }),
      silence({ comment: 5 }),
    ])
      assert.ok([400, 422].includes((await call("POST", "/silences", body)).status), body);
    assert.equal((await call("POST", "/silences", silence(), "text/plain")).status, 415);
    assert.equal((await call("GET", "/silence/x")).status, 422);
    assert.equal((await call("DELETE", "/silence/7b7c9b1e-0d0f-4f6b-9f0a-000000000000")).status, 404);
    assert.equal((await call("GET", "/silences?filter=bad")).json, "bad matcher format: bad");
    assert.equal((await call("GET", "/nothing")).status, 404);
    assert.equal((await call("GET", "/__proto__")).status, 404);
    const put = await call("PUT", "/silences");
    assert.deepEqual([put.status, put.headers["allow"]], [405, "GET,POST"]);
    assert.equal((await call("POST", "/alerts", "[]")).status, 405);
  });
});
