import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errorOfLog } from "../../src/tracking/log-errors.ts";

const line = (fields: Readonly<Record<string, unknown>>, message = "it failed", severityNumber = 17) =>
  errorOfLog({ severityNumber, message, fields, logger: "winston", timeMs: 5 });
const STACK = "TypeError: x is not a function\n    at run (/srv/app/run.js:1:1)";

describe("errors in log lines", () => {
  it("are those of level error and above", () => {
    assert.equal(line({}, "a warning", 13), undefined);
    assert.equal(line({})?.severity, "error");
    assert.equal(line({}, "fatal", 21)?.severity, "critical");
  });

  it("are described by the error that the line carries, in any form that loggers give it", () => {
    const error = new TypeError("x is not a function");
    for (const fields of [
      { error },
      { anything: error },
      { err: { type: "TypeError", message: "x is not a function", stack: STACK } },
      { error: { name: "TypeError", message: "x is not a function" } },
      { stack: STACK },
      { "exception.type": "TypeError", "exception.message": "x is not a function", "exception.stacktrace": STACK },
    ]) {
      const found = line(fields);
      assert.deepEqual(
        [found?.type, found?.message, found?.category, found?.source],
        ["TypeError", "x is not a function", "internal", "log"],
        JSON.stringify(fields),
      );
    }
    assert.match(line({ stack: STACK })?.stack ?? "", /run\.js/);
  });

  it("are of type log where there is only a text", () => {
    const found = line({ user: 7 }, "request timed out after 30 s");
    assert.deepEqual([found?.type, found?.category, found?.where], ["log", "timeout", "log winston"]);
  });
});
