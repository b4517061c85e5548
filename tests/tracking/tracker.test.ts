import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTestTracker } from "./tracking.ts";

const MINUTE_MS = 60_000;
const STACK = `PlanError: no plan
    at plan (/srv/app/src/plan.js:12:9)
    at async post (/srv/app/node_modules/openai/client.js:300:11)
    at async main (/srv/app/src/main.js:3:1)`;

describe("tracked errors", () => {
  it("are grouped by type, message without ids and numbers, and place", () => {
    const tracker = createTestTracker();
    const first = tracker.fail({ message: "order 17 failed", stack: STACK });
    const same = tracker.fail({ message: "order 99 failed", stack: STACK.replace(":12:9", ":14:2") });
    const other = tracker.fail({ message: "order 17 failed", stack: STACK.replace("plan (/", "replan (/") });
    assert.equal(same?.fingerprint, first?.fingerprint);
    assert.equal(same?.count, 2);
    assert.notEqual(other?.fingerprint, first?.fingerprint);
    const [group] = tracker.summary().groups;
    assert.equal(group?.message, "order <n> failed");
    assert.deepEqual(group?.frames, ["plan src/plan.js:12", "… openai", "main src/main.js:3"]);
  });

  it("are one with the line that quotes them, as what clients of models throw does, and with no line about something else", () => {
    const tracker = createTestTracker();
    const errors = (): number => tracker.counted("errors_total");
    const served = {
      category: "api",
      source: "llm",
      type: "server_error",
      message: "The server had an error.",
    } as const;
    tracker.fail(served);
    tracker.fail({ ...served, message: "no room" });
    const logged = { category: "unknown", source: "log", type: "Error" } as const;
    tracker.fail({ ...logged, message: "503 The server had an error." });
    assert.equal(errors(), 2, "the client's words around the server's");
    assert.deepEqual(
      tracker
        .summary()
        .groups.map(({ sources }) => sources)
        .toSorted(),
      [["llm"], ["llm", "log"]],
    );
    tracker.fail({ ...logged, message: "503 no room" });
    assert.equal(errors(), 3, "short words are quoted by chance");
    tracker.fail({ ...logged, message: "The server had no error." });
    assert.equal(errors(), 4);
    tracker.fail({ ...logged, source: "program", message: "asking failed: The server had an error." });
    assert.equal(errors(), 4, "the program as well");
    tracker.move(2 * MINUTE_MS);
    tracker.fail({ ...logged, message: "503 The server had an error." });
    assert.equal(errors(), 5, "what was long ago is another one");
  });

  it("are counted by category, severity and source", () => {
    const tracker = createTestTracker();
    tracker.fail();
    tracker.fail({ message: "slow", type: "TimeoutError", category: "timeout", source: "llm", severity: "warning" });
    assert.equal(tracker.counted("errors_total", { category: "tool", severity: "error", source: "tool" }), 1);
    assert.equal(tracker.counted("errors_total", { category: "timeout", severity: "warning", source: "llm" }), 1);
    const summary = tracker.summary();
    assert.deepEqual(summary.byCategory, { tool: 1, timeout: 1 });
    assert.deepEqual(summary.bySeverity, { error: 1, warning: 1 });
    assert.deepEqual(summary.bySource, { tool: 1, llm: 1 });
  });

  it("are counted once, however many see them", () => {
    const tracker = createTestTracker();
    const error = { message: "disk full", type: "DiskError" };
    for (let run = 0; run < 3; run++) tracker.fail({ ...error, source: "agent" });
    for (let line = 0; line < 3; line++) tracker.fail({ ...error, source: "log" });
    tracker.fail({ ...error, source: "program" });
    tracker.fail({ ...error, source: "uncaught", severity: "critical" });
    assert.equal(tracker.counted("errors_total"), 3);
    const [group] = tracker.summary().groups;
    assert.equal(group?.count, 3);
    assert.equal(group?.severity, "critical");
    assert.deepEqual(group?.sources, ["agent", "log", "program", "uncaught"]);
    tracker.fail({ ...error, source: "log" });
    assert.equal(tracker.counted("errors_total"), 4, "a fourth line is a fourth error");
    tracker.move(2 * MINUTE_MS);
    tracker.fail({ ...error, source: "uncaught" });
    assert.equal(tracker.counted("errors_total"), 5, "what is seen much later is another error");
  });

  it("have a frequency by the minute and the hour, and are left out of shorter windows", () => {
    const tracker = createTestTracker();
    for (let index = 0; index < 6; index++) tracker.fail();
    tracker.move(10 * MINUTE_MS);
    for (let index = 0; index < 4; index++) tracker.fail();
    const { count, perMinute, perHour, groups } = tracker.summary();
    assert.deepEqual([count, perMinute, perHour], [10, 4, 10]);
    assert.equal(tracker.summary(5 * MINUTE_MS).count, 4);
    assert.equal(tracker.summary(5 * MINUTE_MS).groups[0]?.countInWindow, 4);
    assert.equal((groups[0]?.lastSeenMs ?? 0) - (groups[0]?.firstSeenMs ?? 0), 10 * MINUTE_MS);
    tracker.move(55 * MINUTE_MS);
    assert.equal(tracker.summary().count, 4);
    tracker.move(600 * MINUTE_MS);
    assert.deepEqual([tracker.summary().count, tracker.summary().groups.length], [0, 0]);
    assert.equal(tracker.fail()?.count, 11, "the group is still known");
  });

  it("are told of once for each kind, not for each error", () => {
    const tracker = createTestTracker();
    tracker.fail({ traceId: "1".repeat(32), spanId: "2".repeat(16), agent: "planner", sessionId: "s1" });
    tracker.fail();
    assert.equal(tracker.logs.length, 1);
    const [log] = tracker.logs;
    assert.equal(log?.eventName, "agent_observatory.error");
    assert.equal(log?.body, "agent_observatory.error: PlanError: no plan");
    assert.equal(log?.severityText, "ERROR");
    assert.equal(log?.spanContext?.traceId, "1".repeat(32));
    assert.equal(log?.attributes["agent_observatory.error.occasion"], "new");
    assert.match(String(log?.attributes["agent_observatory.error.fingerprint"]), /^[0-9a-f]{16}$/);
    assert.equal(log?.attributes["gen_ai.agent.name"], "planner");
    assert.equal(log?.attributes["session.id"], "s1");
  });

  it("are told of again when they come in a burst, every five minutes at most", () => {
    const tracker = createTestTracker();
    const bursts = () =>
      tracker.logs.filter(({ attributes }) => attributes["agent_observatory.error.occasion"] === "burst").length;
    for (let index = 0; index < 9; index++) tracker.fail();
    assert.equal(bursts(), 0);
    tracker.fail();
    assert.equal(bursts(), 1);
    for (let index = 0; index < 500; index++) tracker.fail();
    assert.equal(bursts(), 1);
    tracker.move(6 * MINUTE_MS);
    for (let index = 0; index < 30; index++) tracker.fail();
    assert.equal(bursts(), 1, "no more than usual");
    for (let index = 0; index < 200; index++) tracker.fail();
    assert.equal(bursts(), 2);
  });

  it("tell of the end of the process, though the error is known", () => {
    const tracker = createTestTracker();
    tracker.fail();
    tracker.fail({ source: "uncaught", severity: "critical" });
    assert.deepEqual(
      tracker.logs.map(({ severityText, attributes }) => [
        severityText,
        attributes["agent_observatory.error.occasion"],
      ]),
      [
        ["ERROR", "new"],
        ["FATAL", "uncaught"],
      ],
    );
  });

  it("take bounded memory, and count what is forgotten", () => {
    const tracker = createTestTracker();
    const word = (index: number): string =>
      [...String(index)].map((digit) => String.fromCharCode(97 + Number(digit))).join("");
    for (let index = 0; index < 5000; index++) tracker.fail({ message: `no ${word(index)}` });
    const summary = tracker.summary();
    assert.equal(summary.groups.length, 500);
    assert.equal(summary.forgottenGroups, 4500);
    assert.equal(summary.count, 5000);
    assert.equal(tracker.counted("errors_total"), 5000);
    assert.equal(tracker.logs.length, 60, "and no flood of log records");
  });

  it("hold no secrets", () => {
    const tracker = createTestTracker();
    const key = `sk-proj-${"Ab1".repeat(16)}`;
    tracker.fail({ message: `bad key ${key}`, context: { password: "hunter2hunter2", hint: `key ${key}`, turn: 3 } });
    const text = JSON.stringify(tracker.summary());
    assert.ok(!text.includes(key));
    assert.ok(!text.includes("hunter2"));
    assert.equal(tracker.summary().groups[0]?.samples[0]?.context?.["turn"], 3);
  });

  it("have no half of a secret in what is cut", () => {
    const tracker = createTestTracker();
    const key = ["sk-proj", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"].join("-");
    tracker.fail({ context: { note: `${"n ".repeat(240)}${key}` } });
    const note = tracker.summary().groups[0]?.samples[0]?.context?.["note"];
    assert.equal(String(note).slice(480), "[REDACTED:openai_key");
    assert.equal(tracker.logs[0]?.attributes["agent_observatory.error.context.note"], note);
  });

  it("keep the first and the latest samples, with their traces", () => {
    const tracker = createTestTracker();
    for (let index = 0; index < 10; index++) {
      tracker.fail({ traceId: String(index).repeat(32), spanId: "2".repeat(16) });
      tracker.move(15_000);
    }
    const ids = tracker.summary().groups[0]?.samples.map(({ traceId }) => traceId?.[0]);
    assert.deepEqual(ids, ["0", "8", "9"]);
  });
});
