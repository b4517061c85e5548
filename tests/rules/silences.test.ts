import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSilences, type SilenceDraft } from "../../src/rules/index.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const draft = (more: Partial<SilenceDraft> = {}): SilenceDraft => ({
  matchers: [{ name: "job", operator: "=", value: "api" }],
  startsAtMs: NOW,
  endsAtMs: NOW + HOUR,
  createdBy: "Ada",
  comment: "known",
  ...more,
});

function scene(saved?: string) {
  const state = { nowMs: NOW, saved, faults: [] as Error[], fail: false, ids: 0 };
  const silences = createSilences({
    clock: { nowMs: () => state.nowMs },
    saved,
    save: async (text) => {
      if (state.fail) throw new Error("the disk is full");
      state.saved = text;
    },
    onFault: (error) => void state.faults.push(error),
    createId: () => {
      state.ids += 1;
      return `s${state.ids}`;
    },
  });
  return { state, silences };
}

describe("silences", () => {
  it("hold from their begin to their end, and for the labels they name", async () => {
    const { state, silences } = scene();
    await silences.set(draft({ startsAtMs: NOW + HOUR, endsAtMs: NOW + 2 * HOUR }));
    const held: (readonly string[])[] = [];
    for (const ms of [0, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR]) {
      state.nowMs = NOW + ms;
      held.push(silences.silencing({ job: "api" }));
    }
    assert.deepEqual(held, [[], [], ["s1"], ["s1"], []]);
    state.nowMs = NOW + HOUR;
    assert.deepEqual(silences.silencing({ job: "db" }), []);
  });

  it("outlive the process, and are forgotten five days after their end", async () => {
    const first = scene();
    await first.silences.set(draft({ matchers: [{ name: "job", operator: "=~", value: "a.*" }] }));
    const second = scene(first.state.saved);
    assert.deepEqual(second.silences.silencing({ job: "api" }), ["s1"]);
    second.state.nowMs = NOW + HOUR + 5 * DAY + 1;
    await second.silences.set(
      draft({ endsAtMs: NOW + 10 * DAY, matchers: [{ name: "job", operator: "=", value: "b" }] }),
    );
    assert.equal(second.silences.list().length, 1);
  });

  it("start empty, and say so, where what was saved cannot be read", () => {
    for (const saved of ["", "{}", '{"version":1,"silences":[{"id":5}]}', '{"version":2,"silences":[]}']) {
      const { silences, state } = scene(saved);
      assert.deepEqual([silences.list(), state.faults.length], [[], 1], saved);
    }
  });

  it("are changed in place as long as their past stays what it was", async () => {
    const { state, silences } = scene();
    const id = await silences.set(draft());
    state.nowMs += 60_000;
    assert.equal(await silences.set(draft({ id, endsAtMs: NOW + 2 * HOUR, comment: "longer" })), id);
    assert.equal(silences.find(id)?.endsAtMs, NOW + 2 * HOUR);
    const other = await silences.set(draft({ id, matchers: [{ name: "job", operator: "=", value: "db" }] }));
    assert.notEqual(other, id);
    assert.deepEqual([silences.find(id)?.state, silences.find(other)?.startsAtMs], ["expired", state.nowMs]);
  });

  it("are not there where they could not be kept", async () => {
    const { state, silences } = scene();
    state.fail = true;
    await assert.rejects(silences.set(draft()), /disk is full/);
    assert.deepEqual(silences.list(), []);
    state.fail = false;
    await silences.set(draft());
    assert.equal(silences.list().length, 1);
  });

  it("are each kept when many are set at once", async () => {
    const { state, silences } = scene();
    await Promise.all(Array.from({ length: 50 }, (_, index) => silences.set(draft({ comment: `${index}` }))));
    assert.equal(silences.list().length, 50);
    assert.equal(scene(state.saved).silences.list().length, 50);
  });

  it("are listed by what happens next", async () => {
    const { state, silences } = scene();
    await silences.set(draft({ comment: "late end", endsAtMs: NOW + 3 * HOUR }));
    await silences.set(draft({ comment: "to come", startsAtMs: NOW + HOUR, endsAtMs: NOW + 2 * HOUR }));
    await silences.set(draft({ comment: "soon over", endsAtMs: NOW + HOUR / 2 }));
    const over = await silences.set(draft({ comment: "over" }));
    await silences.expire(over);
    state.nowMs += 1;
    assert.deepEqual(
      silences.list().map(({ comment, state: now }) => `${comment}: ${now}`),
      ["soon over: active", "late end: active", "to come: pending", "over: expired"],
    );
  });
});
