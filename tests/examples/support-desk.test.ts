import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HAS_POSTGRES } from "../health/real-databases.ts";
import { type RunningDesk, runSupportDesk } from "./observed-support-desk.ts";
import { type Checked, createChecked } from "./support-desk-checked.ts";
import { DESK_SETTINGS, drive } from "./support-desk-drive.ts";
import { testMeasured } from "./support-desk-measured.ts";
import { OF_PROCESS, testSurroundings } from "./support-desk-surroundings.ts";
import { testTold } from "./support-desk-told.ts";

/** The name of a metric, whichever of a histogram's series it is. */
const bare = (name: string): string => name.replace(/_(bucket|count|sum)$/, "");

describe("the support desk", { skip: !HAS_POSTGRES && "Postgres is not installed" }, () => {
  const { promise: given, resolve } = Promise.withResolvers<Checked>();
  let running: RunningDesk | undefined;
  before(async () => {
    running = await runSupportDesk(DESK_SETTINGS);
    const driven = await drive(running);
    await running.world.model.idle();
    resolve(createChecked(running, driven));
  });
  after(() => running?.[Symbol.asyncDispose]());

  it("answers, and stops in order: what is under way is answered, and the queue is done", async () => {
    const { desk, driven } = await given;
    assert.deepEqual(driven.end, { code: 0, signal: null });
    assert.deepEqual(desk.stderr, []);
    assert.equal(driven.streamed.status, 200);
    const pieces = driven.streamed.body.split("\n").filter((line) => line === "event: text");
    assert.equal(pieces.length, 5, "piece by piece");
  });

  testMeasured(given);
  testTold(given);
  testSurroundings(given);

  it("has no metric that was not looked at", async () => {
    const { desk, measured } = await given;
    const names = await desk.observatory.data<readonly string[]>("/api/v1/label/__name__/values", {
      "match[]": '{job="support-desk"}',
    });
    const looked = new Set([...measured, ...OF_PROCESS.map(bare)]);
    // What Prometheus, its rules and the stack's collector make of what a program sends, and one that tells how it is observed.
    const others = /:|^(ALERTS.*|target_info|traces_span_metrics_.*|agent_observatory_instrumentation_status)$/;
    assert.deepEqual(
      [...new Set(names.map(bare))].filter((name) => !looked.has(name) && !others.test(name)),
      [],
    );
  });
});
